"""A library in SQLite that is served, and people who may do this or that to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from flask import Flask, request
from werkzeug.test import TestResponse

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Identity
from stack_core.filter import TRUE, Filter
from stack_core.problem import Denied, Problem
from stack_db.testing.fixtures import query_budget
from stack_rest import Rest
from stack_testing.client import make_client

from . import shelves
from .shelves import Author, Book, Copy, Loan, Note, Sample, State, Tag, Team, db

__all__ = ["query_budget"]


class Person(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """What one person may do.

    :param scopes: by permission, or by kind for all of its verbs.
    """

    name: str
    may: frozenset[str] = frozenset({"*"})
    scopes: Mapping[str, Filter] = {}
    hides: Mapping[str, frozenset[str]] = {}

    @property
    def identity(self) -> Identity:
        return Identity(self.name, self.name) if self.name else NOBODY

    def allows(self, permission: str) -> bool:
        return not self.may.isdisjoint({permission, "*", f"{permission.partition('.')[0]}.*"})

    def scope(self, permission: str, description: Any) -> Filter:
        return self.scopes.get(permission, self.scopes.get(description.kind, TRUE))

    def hidden(self, permission: str, description: Any) -> frozenset[str]:
        return self.hides.get(permission, self.hides.get(description.kind, frozenset()))

    def refusal(self, permission: str) -> Problem:
        return Denied("You may not.", status=403 if self.name else 401)


STRANGER = Person(name="", may=frozenset())


class Door:
    """Lets in whoever the header 'X-Person' names."""

    def __init__(self, *people: Person) -> None:
        self.people = {each.name: each for each in people}

    def access(self) -> Any:
        return self.people.get(
            request.headers.get("X-Person", ""), Person(name="", may=frozenset())
        )


class Api:
    """An application that serves something; every answer is held against the rules for all."""

    def __init__(self, app: Flask, rest: Rest) -> None:
        self.app = app
        self.rest = rest
        self.client = make_client(app)

    @property
    def state(self) -> Any:
        return Rest.of(self.app)

    def add(self, *rows: Any) -> None:
        """Write rows in the order in which they are given."""
        with self.app.app_context():
            for row in rows:
                db.session.add(row)
                db.session.flush()
            db.session.commit()

    def call(self, method: str, path: str, *, person: str = "", **more: Any) -> TestResponse:
        headers = dict(more.pop("headers", {}))
        if "match" in more and (match := more.pop("match")) is not None:
            headers["If-Match"] = match
        if person:
            headers["X-Person"] = person
        if not path.startswith("/api"):
            path = f"/api{path}"
        answer = self.client.open(path, method=method, headers=headers, **more)
        check(answer, head=method == "HEAD")
        return answer

    def get(self, path: str, **more: Any) -> TestResponse:
        return self.call("GET", path, **more)

    def post(self, path: str, json: Any = None, **more: Any) -> TestResponse:
        return self.call("POST", path, **_body(json, more))

    def put(self, path: str, json: Any = None, *, match: str | None = "*", **more: Any) -> Any:
        return self.call("PUT", path, match=match, **_body(json, more))

    def patch(self, path: str, json: Any = None, *, match: str | None = "*", **more: Any) -> Any:
        return self.call("PATCH", path, match=match, **_body(json, more))

    def delete(self, path: str, *, match: str | None = "*", **more: Any) -> TestResponse:
        return self.call("DELETE", path, match=match, **more)

    def items(self, path: str, **more: Any) -> list[Any]:
        """The items of a list that is answered."""
        answer = self.get(path, **more)
        assert answer.status_code == 200, answer.text
        return list(answer.json["items"])


def _body(json: Any, more: dict[str, Any]) -> dict[str, Any]:
    return more if "data" in more else {"json": json, **more}


def check(answer: TestResponse, *, head: bool = False) -> None:
    """Hold an answer against what is true of every one."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        assert answer.mimetype == "application/problem+json", answer.text
        if not head:
            told = answer.get_json()
            assert told["status"] == answer.status_code
            assert told["type"]
            assert told["title"]
        for word in ("sqlite", "SELECT ", "INSERT ", "UPDATE ", "Traceback", "sqlalchemy"):
            assert word not in answer.text


@pytest.fixture
def lib() -> SimpleNamespace:
    """The models by name, and the classes for people."""
    found = {name: each for name, each in vars(shelves).items() if name[0].isupper()}
    return SimpleNamespace(**found, db=db, Person=Person)


def make_app(folder: Path, uri: str, **config: Any) -> Flask:
    """Make an application whose files are in a folder."""
    app = Flask("rest_under_test", instance_path=str(folder / "instance"), root_path=str(folder))
    app.config.update(TESTING=True, SECRET_KEY="rest-tests", SQLALCHEMY_DATABASE_URI=uri, **config)
    return app


def dispose(app: Flask) -> None:
    """Close the connections of an application."""
    for engine in db._app_engines.get(app, {}).values():
        engine.dispose()


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Api]]:
    """Serve what a function declares, to some people; the database has tables and no rows."""
    made: list[Flask] = []

    def make(
        declare: Callable[[Rest], object], *people: Person, uri: str = "sqlite://", **config: Any
    ) -> Api:
        app = make_app(tmp_path / str(len(made)), uri, **config)
        made.append(app)
        db.init_app(app)
        if people:
            Registry.of(app).claim(ACCESS, Door(*people), owner="tests")
        rest = Rest()
        declare(rest)
        rest.init_app(app)
        with app.app_context():
            db.create_all()
        return Api(app, rest)

    yield make
    for app in made:
        dispose(app)


EVERYTHING = ("author.*", "book.*", "copy.*", "loan.*", "note.*", "sample.*", "tag.*", "team.*")


def declare_all(rest: Rest) -> None:
    """Declare a resource of each model that everybody may read and write."""
    rest.resource(Team, public=EVERYTHING, include=("authors",), sub=("authors",))
    rest.resource(Author, public=EVERYTHING, sub=("books",), include=("team",))
    rest.resource(
        Book,
        public=EVERYTHING,
        filters=("author.name", "tags", "tags.weight", "copies.place"),
        sorts=("author.name",),
        include=("author",),
        sub=("tags", "copies"),
    )
    rest.resource(Tag, public=EVERYTHING)
    rest.resource(Copy, public=EVERYTHING)
    rest.resource(Loan, public=EVERYTHING)
    rest.resource(Note, public=EVERYTHING)
    rest.resource(Sample, public=EVERYTHING)


@pytest.fixture(scope="session")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """Everything served to everybody; made once, for it has seventy routes."""
    app = make_app(tmp_path_factory.mktemp("whole"), "sqlite://")
    db.init_app(app)
    rest = Rest()
    declare_all(rest)
    rest.init_app(app)
    with app.app_context():
        db.create_all()
    yield Api(app, rest)
    dispose(app)


@pytest.fixture
def api(whole: Api) -> Iterator[Api]:
    """Everything served to everybody, with three books of two authors."""
    fill(whole)
    yield Api(whole.app, whole.rest)
    with whole.app.app_context():
        for table in reversed(db.metadata.sorted_tables):
            db.session.execute(table.delete())
        db.session.commit()


def fill(api: Api) -> None:
    """Write two teams, two authors, three books, two tags and two copies."""
    red, blue = Team(name="Red"), Team(name="Blue")
    ann = Author(name="Ann", email="ann@example.org", team=red)
    bob = Author(name="Bob", team=blue)
    new, old = Tag(word="new", weight=1), Tag(word="old", weight=9)
    axes = Book(
        title="Axes",
        pages=100,
        price=Decimal("1.50"),
        cost=7,
        isbn="i-1",
        author=ann,
        tags=[new, old],
        extra={"a": 1, "b": {"c": 2}},
        password="secret1",
        token="token1",
    )
    boats = Book(title="Boats", pages=200, state=State.OUT, author=ann, tags=[new])
    cats = Book(title="Cats", blurb="On cats", author=bob, token="token3")
    hall, other = Copy(book_id=1, number=1, place="Hall"), Copy(book_id=1, number=2)
    loan = Loan(reader="Eve", copy_book=1, copy_number=2)
    api.add(red, blue, ann, bob, new, old, axes, boats, cats, hall, other, loan)
