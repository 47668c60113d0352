"""A library in SQLite that is served, and people who may do this or that to it."""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import msgspec
import pytest
import sqlalchemy as sa
from flask import Flask, request
from sqlalchemy.orm import Mapped, mapped_column, relationship
from werkzeug.test import TestResponse

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Identity
from stack_core.filter import TRUE, Filter
from stack_core.problem import Denied, Problem
from stack_db import Database, Instant
from stack_db.declaration import about, kind
from stack_db.mixins import SoftDelete, Versioned
from stack_db.testing.fixtures import query_budget
from stack_rest import Rest
from stack_testing.client import make_client

__all__ = ["query_budget"]

db = Database()


class State(enum.Enum):
    """Text that is not the names."""

    DRAFT = "d"
    OUT = "o"


class Mixed(enum.Enum):
    """Values of several types, which no schema has."""

    ONE = 1
    HALF = 0.5
    TEXT = "=text"


class Sized(enum.Enum):
    """Numbers."""

    SMALL = 1
    LARGE = 2


tagging = db.Table(
    "tagging",
    sa.Column("book_id", sa.ForeignKey("book.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("tag_word", sa.ForeignKey("tag.word"), primary_key=True),
)


class Team(db.Model):
    """A team."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), unique=True)
    authors: Mapped[list[Author]] = relationship(back_populates="team")


class Author(db.Model):
    """Somebody who writes; without a version."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50))
    email: Mapped[str | None] = mapped_column(sa.String(80), unique=True)
    team_id: Mapped[int | None] = mapped_column(sa.ForeignKey("team.id"))
    team: Mapped[Team | None] = relationship(back_populates="authors")
    books: Mapped[list[Book]] = relationship(back_populates="author", passive_deletes="all")


class Book(Versioned, db.Model):
    """Something to read."""

    id: Mapped[int] = mapped_column(primary_key=True)
    title: Mapped[str] = mapped_column(sa.String(80), info=about(searchable=True))
    blurb: Mapped[str | None] = mapped_column(sa.String(200), info=about(searchable=True))
    pages: Mapped[int | None] = mapped_column(info=about(ge=0))
    price: Mapped[Decimal | None] = mapped_column(sa.Numeric(8, 2))
    cost: Mapped[int | None]
    isbn: Mapped[str | None] = mapped_column(
        sa.String(20), unique=True, info=about(create_only=True)
    )
    state: Mapped[State] = mapped_column(
        sa.Enum(State, values_callable=lambda states: [each.value for each in states]),
        default=State.DRAFT,
    )
    extra: Mapped[Any | None] = mapped_column(sa.JSON)
    password: Mapped[str | None] = mapped_column(sa.String(50), info=about(write_only=True))
    token: Mapped[str | None] = mapped_column(sa.String(50), info=about(secret=True))
    author_id: Mapped[int] = mapped_column(sa.ForeignKey("author.id", ondelete="RESTRICT"))
    author: Mapped[Author] = relationship(back_populates="books")
    tags: Mapped[list[Tag]] = relationship(secondary=tagging, back_populates="books")
    copies: Mapped[list[Copy]] = relationship(back_populates="book", cascade="all, delete-orphan")
    __table_args__ = (sa.CheckConstraint("pages < 100000", name="ck_book_pages"),)


class Tag(db.Model):
    """A word; its key is text."""

    word: Mapped[str] = mapped_column(sa.String(50), primary_key=True)
    weight: Mapped[int | None]
    books: Mapped[list[Book]] = relationship(secondary=tagging, back_populates="tags")


class Copy(db.Model):
    """A copy of a book, whose key has two columns, one of them a relation."""

    book_id: Mapped[int] = mapped_column(sa.ForeignKey("book.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    place: Mapped[str | None] = mapped_column(sa.String(50))
    book: Mapped[Book] = relationship(back_populates="copies")
    loans: Mapped[list[Loan]] = relationship(back_populates="copy")


class Loan(db.Model):
    """Leads to a key of two columns."""

    id: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(sa.String(50))
    copy_book: Mapped[int | None]
    copy_number: Mapped[int | None]
    copy: Mapped[Copy | None] = relationship(back_populates="loans")
    __table_args__ = (
        sa.ForeignKeyConstraint(["copy_book", "copy_number"], ["copy.book_id", "copy.number"]),
    )


class Note(SoftDelete, db.Model):
    """Is marked and not deleted."""

    id: Mapped[int] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(sa.String(50), unique=True)


class Sample(db.Model):
    """A field of every type, and names that are words of the query string."""

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str | None] = mapped_column(sa.String(200))
    integer: Mapped[int | None] = mapped_column(sa.BigInteger)
    decimal: Mapped[Decimal | None] = mapped_column(sa.Numeric(12, 4))
    floating: Mapped[float | None]
    boolean: Mapped[bool | None]
    day: Mapped[date | None]
    clock: Mapped[time | None]
    moment: Mapped[datetime | None] = mapped_column(Instant)
    span: Mapped[timedelta | None]
    uuid: Mapped[UUID | None]
    binary: Mapped[bytes | None]
    json: Mapped[Any | None] = mapped_column(sa.JSON)
    mixed: Mapped[Mixed | None]
    sized: Mapped[Sized | None]
    total: Mapped[int | None]
    sort: Mapped[str | None] = mapped_column(sa.String(50))
    key: Mapped[str | None] = mapped_column(sa.String(50))
    __kind__ = kind(title="text")


class Stamp(db.Model):
    """Has what the database alone knows."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50))
    rank: Mapped[int] = mapped_column(server_default=sa.text("1 + 2"))
    __table_args__ = (sa.CheckConstraint("rank <> length(name)", name="ck_stamp_rank"),)


class Talk(SoftDelete, db.Model):
    """Is marked, and so are its parts, each for itself."""

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(50), unique=True)
    replies: Mapped[list[Reply]] = relationship(back_populates="talk")


class Reply(SoftDelete, Versioned, db.Model):
    """Leads to what may be marked, and to another of its own kind."""

    id: Mapped[int] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.String(50))
    notes: Mapped[Any | None] = mapped_column(sa.JSON)
    talk_id: Mapped[int | None] = mapped_column(sa.ForeignKey("talk.id"))
    talk: Mapped[Talk | None] = relationship(back_populates="replies")
    to_id: Mapped[int | None] = mapped_column(sa.ForeignKey("reply.id"))
    to: Mapped[Reply | None] = relationship(back_populates="answers", remote_side=[id])
    answers: Mapped[list[Reply]] = relationship(back_populates="to")


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
    names = (
        Team,
        Author,
        Book,
        Tag,
        Copy,
        Loan,
        Note,
        Sample,
        Stamp,
        Talk,
        Reply,
        State,
        Mixed,
        Sized,
        Person,
    )
    return SimpleNamespace(db=db, **{each.__name__: each for each in names})


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
