"""A shop with two databases, and runs of its tests on each kind of database."""

from __future__ import annotations

import os
from collections.abc import Callable
from textwrap import dedent

import pytest
from sqlalchemy.engine import URL, make_url

import stack_db.testing
from services import find_url

from ..conftest import SERVERS

SHOP = """
    import flask
    from sqlalchemy import ForeignKey, text
    from sqlalchemy.exc import IntegrityError
    from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
    from stack_db import Database

    class Base(DeclarativeBase):
        pass

    db = Database(model_class=Base)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(db.String(50), unique=True)

    class Entry(db.Model):
        __bind_key__ = "log"
        id: Mapped[int] = mapped_column(primary_key=True)
        text: Mapped[str] = mapped_column(db.String(50))

    def titles():
        return list(db.session.scalars(db.select(Book.title).order_by(Book.title)))

    def create_app():
        app = flask.Flask(__name__)
        app.config["SQLALCHEMY_DATABASE_URI"] = "@main@"
        app.config["SQLALCHEMY_BINDS"] = {"log": "@log@", "again": "@main@"}
        db.init_app(app)

        @app.get("/")
        def index():
            return titles()

        @app.post("/<title>")
        def add(title):
            db.session.add_all([Book(title=title), Entry(text=title)])
            try:
                db.session.commit()
            except IntegrityError:
                db.session.rollback()
                return "taken", 409
            return "added"

        @app.post("/nested/<title>")
        def add_nested(title):
            db.session.add(Book(title=title))
            for taken in (title, title + "!"):
                try:
                    with db.session.begin_nested():
                        db.session.add(Book(title=taken))
                except IntegrityError:
                    pass
            db.session.commit()
            return "added"

        return app
"""
CONFTEST = """
    import contextvars
    import pytest
    from sqlalchemy import text
    from shop import Book, Entry, create_app, db

    @pytest.fixture(scope="@scope@")
    def app():
        return create_app()

    @pytest.fixture(params=["shared", "own"])
    def client(app, request):
        "Flask's own client: on 3.1 in the context outside, as 3.2 announces in a fresh one."
        client = app.test_client()
        if request.param == "own":
            send = client.open
            client.open = lambda *a, **k: contextvars.Context().run(send, *a, **k)
        return client

    @pytest.fixture
    def inside(app):
        with app.app_context():
            yield

    @pytest.fixture(params=[1, 2])
    def again(request):
        "Run a test twice; the second time nothing may be left of the first."
"""
Run = Callable[..., pytest.RunResult]


@pytest.fixture(params=["sqlite", *SERVERS])
def kind(request: pytest.FixtureRequest) -> str:
    """A kind of database."""
    return str(request.param)


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run tests of a shop on a database; the scope is that of the project's own ``app``."""

    def run_on(kind: str, test: str, scope: str = "function", **files: str) -> pytest.RunResult:
        main, log = (make_address(kind, name, str(pytester.path)) for name in ("main", "log"))
        pytester.makeini(
            "[pytest]\nfilterwarnings = error\npythonpath = .\n"
            "addopts = -p no:flask -p no:xdist -p no:hypothesispytest -p no:cacheprovider\n"
        )
        pytester.makepyfile(
            **{
                "shop": SHOP.replace("@main@", main).replace("@log@", log),
                "conftest": CONFTEST.replace("@scope@", scope),
                "test_shop": "from conftest import *\nfrom shop import titles\n" + dedent(test),
                **files,
            }
        )
        return pytester.runpytest_inprocess(plugins=[stack_db.testing])

    return run_on


def make_address(kind: str, name: str, path: str) -> str:
    """Return the address of a database that does not exist: nobody may connect to it."""
    if kind == "sqlite":
        return f"sqlite:///{path}/{name}.sqlite"
    url = find_server(kind).set(database=f"shop_{name}_{os.getpid()}")
    return url.render_as_string(hide_password=False)


@pytest.fixture
def server_url() -> Callable[[str, str], URL]:
    """Return the address of a database that does not exist on a kind of server."""
    return lambda kind, name: make_url(make_address(kind, name, ""))


def find_server(kind: str) -> URL:
    """Return the address of a database server's own database."""
    return make_url(find_url(kind))
