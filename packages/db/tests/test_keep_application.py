"""The keep of an application with a database."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy.orm import Mapped, mapped_column

from stack_core import Registry, install
from stack_core.keep import DATABASE_KEEP, get_keep
from stack_core.memory_keep import MemoryKeep
from stack_db import Database
from stack_db.keep import TableKeep
from stack_db.keep_engine import find_keep_url
from stack_db.sqlite import find_path

Start = Callable[..., tuple[Flask, Database]]


def kept_file(app: Flask) -> Path:
    return Path(app.instance_path, "test-keep.db")


def test_keep_is_in_the_database(start: Start) -> None:
    """Without a setting; its file is made at the first use, and is no table of the models'."""
    app, db = start()
    keep = get_keep(app)
    assert isinstance(keep, TableKeep)
    assert keep.purge(100) == 0
    assert not kept_file(app).exists()
    assert keep.get("t:a") is None
    assert kept_file(app).exists()
    assert "db_keep" not in db.metadata.tables


def test_value_survives_the_process(start: Start) -> None:
    """Another application on the same database finds it."""
    app, _ = start()
    get_keep(app).put("t:a", b"x", ttl=60)
    other, _ = start()
    assert get_keep(other).get("t:a") == b"x"


def test_databases_have_keeps_of_their_own(start: Start) -> None:
    """Two databases in one folder share no keep."""
    one, _ = start()
    two, _ = start(SQLALCHEMY_DATABASE_URI="sqlite:///other.db")
    get_keep(one).put("t:a", b"x", ttl=60)
    assert get_keep(two).get("t:a") is None


def test_setting_goes_before_the_database(start: Start) -> None:
    """STACK_KEEP=memory leaves the database alone."""
    app, _ = start(STACK_KEEP="memory")
    assert isinstance(get_keep(app), MemoryKeep)


@pytest.mark.parametrize("uri", ["sqlite://", "sqlite:///:memory:"])
def test_database_in_memory_has_a_keep_in_memory(
    start: Start, run_flask: Callable[..., Result], uri: str
) -> None:
    """A file beside it is nowhere; --deploy says that a second worker will not share it."""
    app, _ = start(SQLALCHEMY_DATABASE_URI=uri, STACK_KEEP="db")
    assert isinstance(get_keep(app), MemoryKeep)
    assert "stack.keep-memory" in run_flask(app, "stack", "check", "--deploy").output


def test_keep_in_a_database_is_no_finding(start: Start, run_flask: Callable[..., Result]) -> None:
    """The database's own findings say what there is to say about a file."""
    app, _ = start()
    assert "stack.keep" not in run_flask(app, "stack", "check", "--deploy").output


def test_binds_alone_give_no_keep(start: Start) -> None:
    """The keep is in the default database; where there is none, it is in memory."""
    app, _ = start(SQLALCHEMY_DATABASE_URI=None, SQLALCHEMY_BINDS={"log": "sqlite:///log.db"})
    assert Registry.of(app).find(DATABASE_KEEP) is None
    assert isinstance(get_keep(app), MemoryKeep)


def test_reused_instance_gives_its_keep(app: Flask) -> None:
    """So does a plain Flask-SQLAlchemy instance under a Stack."""
    app.secret_key = "0123456789abcdef0123"
    plain = SQLAlchemy(app)
    install(app, [Database.compose({})])
    keep = get_keep(app)
    assert isinstance(keep, TableKeep)
    assert keep.increment("t:a", ttl=60).value == 1
    assert kept_file(app).exists()
    with app.app_context():
        plain.engine.dispose()


def test_request_that_is_undone_has_been_counted(start: Start) -> None:
    """An attempt counts although its transaction does not, and waits for no lock of its own."""
    app, db = start(DB_SQLITE_BUSY_TIMEOUT=1)

    class Book(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)

    @app.post("/")
    def attempt() -> str:
        db.session.add(Book())
        db.session.flush()
        count = get_keep(app).increment("t:attempt", ttl=60).value
        db.session.rollback()
        return str(count)

    with app.app_context():
        db.create_all()
    client = app.test_client()
    assert [client.post("/").text for _ in range(3)] == ["1", "2", "3"]
    with app.app_context():
        assert db.session.scalar(sa.select(sa.func.count(Book.id))) == 0


@pytest.mark.parametrize(
    ("database", "expected"),
    [
        ("/data/app.db", "/data/app-keep.db"),
        ("/data/app", "/data/app-keep"),
        ("/data.d/app", "/data.d/app-keep"),
        ("/data/app.v2.sqlite3", "/data/app.v2-keep.sqlite3"),
        ("/data/.db", "/data/.db-keep"),
        ("app.db", "app-keep.db"),
    ],
)
def test_file_stands_beside_the_database(database: str, expected: str) -> None:
    """Its name is the database's with an ending, whatever dots are around."""
    assert find_keep_url(sa.URL.create("sqlite", database=database)).database == expected


def test_address_as_uri_keeps_what_is_not_of_the_database(tmp_path: Path) -> None:
    """A database that is opened read-only has a keep that can be written."""
    url = sa.make_url(f"sqlite:///file:{tmp_path}/app.db?mode=ro&uri=true")
    beside = find_keep_url(url)
    assert find_path(beside) == tmp_path / "app-keep.db"
    assert dict(beside.query) == {"uri": "true"}


def test_sweep_purges_the_database(
    start: Start, run_flask: Callable[..., Result], monkeypatch: pytest.MonkeyPatch
) -> None:
    """flask stack sweep removes what has ended, within its limit."""
    monkeypatch.setattr(random, "random", lambda: 1.0)
    app, _ = start()
    keep = get_keep(app)
    for number in range(5):
        keep.put(f"t:{number}", b"x", ttl=0.001)
    keep.put("t:live", b"x", ttl=60)
    assert run_flask(app, "stack", "sweep", "--limit", "3").output == "stack: 3\ndb: 0\n"
    assert run_flask(app, "stack", "sweep").output == "stack: 2\ndb: 0\n"
    assert keep.get("t:live") == b"x"
