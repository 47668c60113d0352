"""What a locked SQLite file means for requests: waiting, then a 503; no write is lost."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask, current_app
from sqlalchemy import text

WRITERS, TIMES = 4, 60
PROGRAM = """
import sys
from flask import Flask, current_app
from sqlalchemy import text
from stack import Stack

app = Flask("counter", instance_path=sys.argv[1])
app.config["SECRET_KEY"] = "a-key-that-is-good-enough-1234567890"
app.config["DB_SQLITE_BUSY_TIMEOUT"] = 60
Stack("db").init_app(app)

@app.post("/")
def increment():
    session = current_app.extensions["sqlalchemy"].session
    number = session.execute(text("select number from counter")).scalar_one()
    session.execute(text("update counter set number = :number"), {"number": number + 1})
    session.commit()
    return "done"

client = app.test_client()
codes = {client.post("/").status_code for _ in range(int(sys.argv[2]))}
assert codes == {200}, codes
"""


def look() -> str:
    session = current_app.extensions["sqlalchemy"].session
    return str(session.execute(text("select number from counter")).scalar_one())


def increment() -> str:
    session = current_app.extensions["sqlalchemy"].session
    session.execute(text("update counter set number = number + 1"))
    session.commit()
    return "done"


@pytest.fixture
def counter(compose: Callable[..., Flask]) -> Flask:
    """An application with one number in its database; it waits a moment for a lock."""
    app = compose(DB_SQLITE_BUSY_TIMEOUT=0.05, DB_RETRY_AFTER=7)
    app.add_url_rule("/", view_func=look)
    app.add_url_rule("/", endpoint="increment", view_func=increment, methods=["POST"])
    with app.app_context(), app.extensions["sqlalchemy"].engine.begin() as connection:
        connection.execute(text("create table counter (number integer)"))
        connection.execute(text("insert into counter values (0)"))
    return app


@pytest.fixture
def lock(counter: Flask) -> Iterator[None]:
    """Somebody else's write lock, held during the test."""
    other = sqlite3.connect(Path(counter.instance_path) / "app.db", isolation_level=None)
    other.execute("begin immediate")
    yield
    other.execute("rollback")
    other.close()


@pytest.mark.usefixtures("lock")
def test_locked_database_is_a_503(counter: Flask) -> None:
    """A writer that waited in vain is answered with when to come again, and not with a 500."""
    answer = counter.test_client().post("/")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"] == "7"
    assert "locked" not in answer.text


@pytest.mark.usefixtures("lock")
def test_locked_database_is_read(counter: Flask) -> None:
    """A writer blocks no reader."""
    assert counter.test_client().get("/").text == "0"


@pytest.mark.slow
def test_no_write_is_lost(counter: Flask) -> None:
    """Four processes that read, add one and write back at the same time end at the sum."""
    command = [sys.executable, "-c", PROGRAM, counter.instance_path, str(TIMES)]
    running = [subprocess.Popen(command) for _ in range(WRITERS)]
    assert [process.wait(timeout=120) for process in running] == [0] * WRITERS
    assert counter.test_client().get("/").text == str(WRITERS * TIMES)
