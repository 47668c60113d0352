"""SQLite transactions begin when they are said to begin."""

from __future__ import annotations

import multiprocessing
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.views import MethodView

from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]


def watch(db: Database, app: Flask) -> list[str]:
    """Return the list that every BEGIN of the application's connections is added to."""
    begins: list[str] = []

    def note(statement: str) -> None:
        if statement.startswith("BEGIN"):
            begins.append(statement)

    engine = Database.of(app).engines(app)[None]
    sa.event.listen(engine, "connect", lambda dbapi, record: dbapi.set_trace_callback(note))
    return begins


class Touch(MethodView):
    """Reads, whatever the method."""

    init_every_request = False

    def __init__(self, db: Database) -> None:
        self.db = db

    def get(self) -> str:
        return str(self.db.session.execute(sa.text("SELECT 1")).scalar())

    post = put = patch = delete = get


@pytest.mark.parametrize(
    ("mode", "method", "begin"),
    [
        ("request", "GET", "BEGIN"),
        ("request", "HEAD", "BEGIN"),
        ("request", "POST", "BEGIN IMMEDIATE"),
        ("request", "PUT", "BEGIN IMMEDIATE"),
        ("request", "PATCH", "BEGIN IMMEDIATE"),
        ("request", "DELETE", "BEGIN IMMEDIATE"),
        ("immediate", "GET", "BEGIN IMMEDIATE"),
        ("deferred", "POST", "BEGIN"),
        ("driver", "POST", None),
    ],
)
def test_begin_follows_the_method(start: Start, mode: str, method: str, begin: str | None) -> None:
    """An unsafe method takes the write lock at once, a reading one does not; or as set."""
    app, db = start(DB_SQLITE_BEGIN=mode)
    app.add_url_rule("/", view_func=Touch.as_view("touch", db))
    begins = watch(db, app)
    app.test_client().open("/", method=method)
    assert begins == ([begin] if begin else [])


@pytest.mark.parametrize(
    ("mode", "begin"), [("request", "BEGIN"), ("immediate", "BEGIN IMMEDIATE")]
)
def test_begin_outside_of_requests(start: Start, mode: str, begin: str) -> None:
    """A command does not take the write lock before it writes, unless set so."""
    app, db = start(DB_SQLITE_BEGIN=mode)
    begins = watch(db, app)
    with app.app_context():
        db.session.execute(sa.text("SELECT 1"))
    assert begins == [begin]


@pytest.mark.parametrize(
    "options",
    [
        {"isolation_level": "AUTOCOMMIT"},
        {"isolation_level": "SERIALIZABLE"},
        {"connect_args": {"isolation_level": None}},
    ],
)
def test_own_isolation_level_wins(start: Start, options: dict[str, object]) -> None:
    """Who chose an isolation level in the engine's options keeps the driver's behaviour."""
    app, db = start(SQLALCHEMY_ENGINE_OPTIONS=options)
    begins = watch(db, app)
    with app.app_context():
        db.session.execute(sa.text("SELECT 1"))
    assert begins == []


def test_autocommit_does_not_begin(start: Start) -> None:
    """A connection in AUTOCOMMIT begins nothing, and the next use of it does."""
    app, db = start()
    begins = watch(db, app)
    with app.app_context():
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(sa.text("CREATE TABLE t (x)"))
            connection.execute(sa.text("VACUUM"))
        assert begins == []
        with db.engine.begin() as connection:
            connection.execute(sa.text("INSERT INTO t VALUES (1)"))
        assert begins == ["BEGIN"]


def test_schema_changes_roll_back(start: Start) -> None:
    """DDL is part of the transaction, so that a failed migration can leave nothing."""
    app, db = start()
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE t (x)"))
        db.session.rollback()
        assert not sa.inspect(db.engine).has_table("t")


def test_savepoint_rolls_back_alone(start: Start) -> None:
    """A nested transaction can fail without the outer one."""
    app, db = start()
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE t (x)"))
        nested = db.session.begin_nested()
        db.session.execute(sa.text("INSERT INTO t VALUES (1)"))
        nested.rollback()
        db.session.commit()
        assert db.session.execute(sa.text("SELECT count(*) FROM t")).scalar() == 0


def counting_app(folder: str) -> Flask:
    """Return an application whose view reads a number, adds one and writes it."""
    app = Flask("counting", instance_path=folder)
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///count.db"
    db = Database(app)

    class Counter(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        value = db.Column(db.Integer, nullable=False, default=0)

    @app.post("/")
    def increment() -> str:
        counter = db.session.get(Counter, 1)
        counter.value += 1
        db.session.commit()
        return str(counter.value)

    @app.get("/")
    def show() -> str:
        return str(db.session.get(Counter, 1).value)

    with app.app_context():
        db.create_all()
        if db.session.get(Counter, 1) is None:
            db.session.add(Counter(id=1))
            db.session.commit()
    return app


def post_often(folder: str) -> list[int]:
    """Post 60 times in a process of its own and return the status codes."""
    app = counting_app(folder)
    codes = [app.test_client().post("/").status_code for _ in range(60)]
    Database.of(app).engines(app)[None].dispose()
    return codes


def test_no_increment_is_lost(tmp_path: Path) -> None:
    """4 processes that read, add one and write, 60 times each, end at 240."""
    app = counting_app(str(tmp_path))
    subprocess.run([sys.executable, __file__, str(tmp_path)], check=True)
    assert app.test_client().get("/").text == "240"
    Database.of(app).engines(app)[None].dispose()


if __name__ == "__main__":
    # By itself, so that the four are forked from a process that has just begun.
    with multiprocessing.get_context("fork").Pool(4) as pool:
        answers = pool.map(post_often, [sys.argv[1]] * 4)
    assert answers == [[200] * 60] * 4
