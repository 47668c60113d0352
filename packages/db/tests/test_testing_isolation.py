"""``database`` undoes whatever a test has done, and does it right while the test runs."""

from __future__ import annotations

import os
from collections.abc import Callable

import pytest
import stack_db.testing

# Those that a run within would import otherwise, and again in the next one.
from sqlalchemy.dialects import mysql, postgresql, sqlite  # noqa: F401
from sqlalchemy.engine import make_url

SERVERS = {
    "postgres": ("STACK_TEST_POSTGRES", "postgresql+psycopg://postgres@127.0.0.1:5432/postgres"),
    "mariadb": ("STACK_TEST_MARIADB", "mariadb+pymysql://root@127.0.0.1:3306/test"),
}
every_database = pytest.mark.parametrize(
    "address",
    [
        "sqlite:///{path}/dev.sqlite",
        pytest.param("postgres", marks=pytest.mark.services),
        pytest.param("mariadb", marks=pytest.mark.services),
    ],
    ids=["sqlite", "postgres", "mariadb"],
)
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


@pytest.fixture
def run(pytester: pytest.Pytester) -> Run:
    """Run tests of a shop on a database; the scope is that of the project's own ``app``."""

    def run_on(address: str, test: str, scope: str = "function") -> pytest.RunResult:
        main, log = find_addresses(address, str(pytester.path))
        pytester.makeini(
            "[pytest]\nfilterwarnings = error\npythonpath = .\n"
            "addopts = -p no:flask -p no:xdist -p no:hypothesispytest -p no:cacheprovider\n"
        )
        pytester.makepyfile(
            shop=SHOP.replace("@main@", main).replace("@log@", log),
            conftest=CONFTEST.replace("@scope@", scope),
            test_shop="from conftest import *\nfrom shop import titles\n" + test,
        )
        return pytester.runpytest_inprocess(plugins=[stack_db.testing])

    return run_on


def find_addresses(address: str, path: str) -> tuple[str, str]:
    """Return the addresses of two databases that do not exist: nobody may connect to them."""
    if address not in SERVERS:
        main = address.format(path=path)
        return main, main.replace("dev", "log")
    url = make_url(os.environ.get(*SERVERS[address]))
    names = (url.set(database=f"shop_{kind}_{os.getpid()}") for kind in ("main", "log"))
    main, log = (name.render_as_string(hide_password=False) for name in names)
    return main, log


COMMITS = """
import pytest
from sqlalchemy import func, select

def test_commits_are_undone(client, database, inside, again):
    assert titles() == []
    assert client.post("/a").text == "added"
    assert client.post("/a").status_code == 409
    assert client.post("/b").text == "added"
    db.session.expire_all()
    assert titles() == client.get("/").json == ["a", "b"]
    assert db.session.scalar(select(func.count(Entry.id))) == 2

def test_rollback_undoes_its_own_work_only(client, database, inside, again):
    client.post("/a")
    with db.session.begin_nested():
        db.session.add(Book(title="b"))
    db.session.flush()
    assert titles() == ["a", "b"]
    db.session.rollback()
    assert titles() == ["a"]

def test_savepoints_of_the_application(client, database, again):
    client.post("/nested/a")
    assert client.get("/").json == ["a", "a!"]

def test_read_before_a_request_hides_nothing(app, client, database, again):
    with app.app_context():
        assert titles() == []
        client.post("/a")
        db.session.rollback()
        assert titles() == ["a"]
    assert client.get("/").json == ["a"]

def test_session_of_the_test(client, database, db_session, again):
    db_session.add(Book(title="a"))
    db_session.commit()
    client.post("/b")
    assert client.get("/").json == ["a", "b"]
    book = db_session.scalars(select(Book).where(Book.title == "a")).one()
    book.title = "c"
    db_session.flush()
    db_session.rollback()
    assert client.get("/").json == ["a", "b"]

def test_plain_connections(app, client, database, inside, again):
    add = Book.__table__.insert()
    with db.engine.begin() as connection:
        connection.execute(add, {"title": "begin"})
    with db.engine.connect() as connection:
        connection.execute(add, {"title": "lost"})
    with db.engines["again"].connect() as connection:
        connection.execute(text("SELECT 1"))
        connection.execute(add, {"title": "again"})
        connection.commit()
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(add, {"title": "auto"})
    raw = db.engine.raw_connection()
    raw.cursor().execute("INSERT INTO book (title) VALUES ('raw')")
    raw.commit()
    raw.cursor().execute("INSERT INTO book (title) VALUES ('lost too')")
    raw.rollback()
    raw.close()
    assert client.get("/").json == ["again", "auto", "begin", "raw"]

def test_failed_statement_is_got_over(client, database, inside, again):
    client.post("/a")
    with pytest.raises(Exception, match="nowhere"):
        db.session.execute(text("SELECT * FROM nowhere"))
    db.session.rollback()
    assert titles() == ["a"]

def test_open_session_is_undone_too(database, inside, again):
    assert titles() == []
    db.session.add(Book(title="a"))
    db.session.flush()
"""


@every_database
@pytest.mark.parametrize("scope", ["function", "session"])
def test_isolation_holds_whatever_the_code_does(run: Run, address: str, scope: str) -> None:
    """Code that commits, rolls back, nests, fails or connects by itself leaves no trace.

    Each is run twice on the same databases, with Flask's context shared and
    with one for each request.
    """
    run(address, COMMITS, scope).assert_outcomes(passed=30)


LOST = """
def test_lost_commit(database, inside):
    db.session.add(Book(title="outer"))
    db.session.flush()
    with db.engine.begin() as connection:
        connection.execute(Book.__table__.insert(), {"title": "inner"})
    db.session.rollback()

def test_statement_commit(database, inside):
    db.session.add(Book(title="stays"))
    db.session.flush()
    db.session.execute(text("COMMIT"))

def test_afterwards(database, inside):
    assert titles() == []
"""


@every_database
def test_isolation_that_cannot_be_is_said(run: Run, address: str) -> None:
    """What one connection cannot imitate fails, names 'live_database', and harms no later test."""
    result = run(address, LOST)
    outcomes = result.parseoutcomes()
    assert outcomes["failed"] + outcomes["errors"] >= 2
    result.stdout.fnmatch_lines_random(
        [
            "*A transaction was rolled back within which another one was committed*live_database*",
            "*The transaction around this test has ended before the test*live_database*",
        ]
    )
    assert "test_afterwards" not in str(result.stdout)


LIVE = """
import threading

def test_live(app, client, live_database, again):
    with app.app_context():
        assert titles() == []
        db.session.add(Book(title="mine"))
        thread = threading.Thread(target=lambda: client.get("/").json == [] and client.post("/theirs"))
        thread.start()
        thread.join()
        db.session.rollback()
        assert titles() == ["theirs"]

def test_isolated(client, database):
    assert client.get("/").json == []

def test_both(database, live_database, inside):
    with db.engine.connect() as one, db.engine.connect() as two:
        assert one.connection.dbapi_connection is not two.connection.dbapi_connection
"""


@every_database
def test_live_database_is_real(run: Run, address: str) -> None:
    """With live_database transactions are real and apart, and the next test starts empty."""
    run(address, LIVE).assert_outcomes(passed=7)
