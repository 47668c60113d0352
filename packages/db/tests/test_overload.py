"""A database that is too busy is answered with 503, never 500."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Blueprint, Flask
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from werkzeug.exceptions import HTTPException

from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]
QUICK = {"DB_SQLITE_BUSY_TIMEOUT": 0, "DB_POOL_SIZE": 1, "DB_POOL_OVERFLOW": 0}


@pytest.fixture
def app(start: Start) -> Flask:
    """An application with a view that writes, and one whose statement is wrong."""
    app, db = start(**QUICK, DB_POOL_TIMEOUT=0)

    def write() -> str:
        db.session.execute(sa.text("INSERT INTO t VALUES (1)"))
        db.session.commit()
        return "written"

    def fail() -> str:
        db.session.execute(sa.text("SELECT nowhere FROM t"))
        return "read"

    app.add_url_rule("/write", view_func=write, methods=["GET", "POST"])
    app.add_url_rule("/fail", view_func=fail)
    parts = Blueprint("parts", __name__, url_prefix="/parts")
    parts.add_url_rule("/write", view_func=write, methods=["POST"])
    app.register_blueprint(parts)
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE t (x)"))
        db.session.commit()
    return app


@pytest.fixture
def locked(app: Flask) -> Iterator[None]:
    """Somebody else holds the write lock."""
    path = Path(app.instance_path, "test.db")
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_locked_file_is_503(app: Flask, method: str) -> None:
    """A lock held beyond the time-out says when to come again, and nothing of the statement."""
    answer = app.test_client().open("/write", method=method)
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "INSERT" not in answer.text
    assert "locked" not in answer.text


def test_connection_is_usable_after_503(app: Flask) -> None:
    """The next transaction on the connection begins as every other."""
    path = Path(app.instance_path, "test.db")
    client = app.test_client()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        assert client.post("/write").status_code == 503
    assert client.post("/write").text == "written"
    with app.app_context(), app.extensions["sqlalchemy"].engine.connect() as connection:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            for _ in range(2):
                with pytest.raises(OperationalError, match="locked"):
                    connection.execute(sa.text("INSERT INTO t VALUES (1)"))
                connection.rollback()
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
        raw: Any = connection.connection.dbapi_connection
        assert raw.in_transaction
        connection.rollback()


def test_reader_and_backup_hold_nobody_up(app: Flask, tmp_path: Path) -> None:
    """With the write-ahead log a long reader and a running backup do not turn writers away."""
    path = Path(app.instance_path, "test.db")
    client, answers = app.test_client(), []

    def write_meanwhile(*progress: int) -> None:
        answers.append(client.post("/write").status_code)

    reader = sqlite3.connect(path, isolation_level=None)
    copy = sqlite3.connect(tmp_path / "copy.db")
    with closing(reader), closing(copy):
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM t").fetchone()
        write_meanwhile()
        reader.backup(copy, pages=1, progress=write_meanwhile)
        assert copy.execute("SELECT count(*) FROM t").fetchone() == (0,)
    assert len(answers) > 1
    assert set(answers) == {200}


def test_exhausted_pool_is_503(app: Flask) -> None:
    """All connections in use: the same answer, quickly."""
    with app.app_context(), app.extensions["sqlalchemy"].engine.connect():
        answer = app.test_client().post("/write")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")


def test_retry_after_follows_the_setting(start: Start) -> None:
    """DB_RETRY_AFTER is what a client is told."""
    app, db = start(**QUICK, DB_POOL_TIMEOUT=0, DB_RETRY_AFTER="30")
    app.add_url_rule("/", view_func=lambda: str(db.session.execute(sa.text("SELECT 1")).scalar()))
    with app.app_context(), db.engine.connect():
        answer = app.test_client().get("/")
    assert answer.headers["Retry-After"] == "30"


def test_other_errors_stay_errors(app: Flask) -> None:
    """A wrong statement is 500 as before, and is raised in tests."""
    assert app.test_client().get("/fail").status_code == 500
    app.testing = True
    with pytest.raises(OperationalError, match="no such column"):
        app.test_client().get("/fail")


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("kind", [OperationalError, DBAPIError, SQLAlchemyError])
def test_own_handler_goes_before(app: Flask, kind: type[Exception]) -> None:
    """A handler of the application for such an error is called instead of ours."""
    app.register_error_handler(kind, lambda error: (f"mine: {error.orig}", 418))
    answer = app.test_client().post("/write")
    assert (answer.status_code, answer.text) == (418, "mine: database is locked")


def test_earlier_handler_stays(start: Start, make_app: Callable[..., Flask]) -> None:
    """A handler that was there before the database is not replaced."""
    app = make_app(**QUICK)
    app.register_error_handler(OperationalError, lambda error: ("mine", 418))
    db = Database(app)
    app.add_url_rule("/", view_func=lambda: db.session.execute(sa.text("SELECT nowhere")).scalar())
    assert app.test_client().get("/").status_code == 418


@pytest.mark.usefixtures("locked")
@pytest.mark.parametrize("kind", [503, HTTPException, Exception])
def test_own_page_renders_the_503(app: Flask, kind: Any) -> None:
    """A handler for 503, for HTTP errors or for everything renders our answer."""
    app.register_error_handler(
        kind, lambda error: (f"{error.code} {error.retry_after}", error.code)
    )
    answer = app.test_client().post("/write")
    assert (answer.status_code, answer.text) == (503, "503 2")


@pytest.mark.parametrize("kind", [Exception, SQLAlchemyError])
def test_general_handler_still_gets_other_errors(app: Flask, kind: type[Exception]) -> None:
    """An error that is no overload reaches the handler that it would have reached without us."""
    app.register_error_handler(kind, lambda error: (type(error).__name__, 500))
    assert app.test_client().get("/fail").text == "OperationalError"


@pytest.mark.usefixtures("locked")
def test_handler_of_a_blueprint_goes_before(app: Flask) -> None:
    """Flask's own order holds: the blueprint's handlers first."""
    app.error_handler_spec["parts"][503][HTTPException] = lambda error: ("part", 503)
    assert app.test_client().post("/parts/write").text == "part"
    app.error_handler_spec["parts"][None][OperationalError] = lambda error: ("own part", 500)
    assert app.test_client().post("/parts/write").text == "own part"
