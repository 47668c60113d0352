"""Errors of every driver are told apart: a fault of the database or a mistake of the program."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import DBAPIError, PendingRollbackError, TimeoutError

from stack_db import Database
from stack_db.fault import Fault, describe, find_fault

Start = Callable[..., tuple[Flask, Database]]


def make_error(module: str, name: str = "OperationalError", *args: Any, **attributes: Any) -> Any:
    """Return an error as a driver that is not installed here raises it."""
    kind = type(name, (Exception,), {"__module__": module, **attributes})
    return kind(*args)


def wrap(cause: Exception, *, statement: str | None, invalidated: bool = False) -> DBAPIError:
    """Return an error as SQLAlchemy raises it."""
    return DBAPIError(statement, None, cause, connection_invalidated=invalidated)


@pytest.mark.parametrize("driver", ["psycopg.errors", "psycopg2.errors", "pg8000.exceptions"])
@pytest.mark.parametrize(
    ("state", "fault"),
    [
        ("08006", Fault.UNAVAILABLE),
        ("57P01", Fault.UNAVAILABLE),
        ("57P03", Fault.UNAVAILABLE),
        ("53300", Fault.UNAVAILABLE),
        ("25P03", Fault.UNAVAILABLE),
        ("25006", Fault.READ_ONLY),
        ("53100", Fault.FULL),
        ("57014", Fault.SLOW),
        ("55P03", Fault.BUSY),
        ("40001", Fault.CONFLICT),
        ("40P01", Fault.CONFLICT),
        ("23505", None),
        ("42P01", None),
        ("28P01", None),
        ("3D000", None),
    ],
)
def test_states_of_postgresql(driver: str, state: str, fault: Fault | None) -> None:
    """Each of its drivers says the same SQLSTATE in its own way."""
    attribute = {"psycopg.errors": "sqlstate", "psycopg2.errors": "pgcode"}.get(driver)
    cause = (
        make_error(driver, "DatabaseError", "x", **{attribute: state})
        if attribute
        else make_error(driver, "DatabaseError", {"C": state})
    )
    assert find_fault(wrap(cause, statement="SELECT 1")) is fault


@pytest.mark.parametrize("state", ["28P01", "3D000", None])
def test_refused_admission_is_a_fault_of_the_connection(state: str | None) -> None:
    """A wrong password or database is met where the connection is made, and answered alike."""
    cause = make_error("psycopg", sqlstate=state)
    assert find_fault(wrap(cause, statement=None)) is Fault.UNAVAILABLE


def test_drivers_own_refusal_of_a_statement_is_a_mistake() -> None:
    """libpq's errors have no SQLSTATE; one about a statement that is too large is no fault."""
    cause = make_error("psycopg", sqlstate=None)
    assert find_fault(wrap(cause, statement="SELECT 1")) is None
    assert find_fault(wrap(cause, statement="SELECT 1", invalidated=True)) is Fault.UNAVAILABLE


@pytest.mark.parametrize("driver", ["pymysql.err", "MySQLdb", "mysql.connector.errors", "mariadb"])
@pytest.mark.parametrize(
    ("code", "text", "fault"),
    [
        (1040, "Too many connections", Fault.UNAVAILABLE),
        (1053, "Server shutdown in progress", Fault.UNAVAILABLE),
        (2003, "Can't connect", Fault.UNAVAILABLE),
        (2006, "gone away", Fault.UNAVAILABLE),
        (2013, "Lost connection", Fault.UNAVAILABLE),
        (1927, "Connection was killed", Fault.UNAVAILABLE),
        (1290, "running with the --read-only option", Fault.READ_ONLY),
        (1290, "running with the --secure-file-priv option", None),
        (1836, "Running in read-only mode", Fault.READ_ONLY),
        (1021, "Disk full", Fault.FULL),
        (1114, "The table is full", Fault.FULL),
        (1030, 'Got error 28 "No space left on device"', Fault.FULL),
        (1030, "Got error 1 from storage engine", None),
        (1969, "max_statement_time exceeded", Fault.SLOW),
        (1213, "Deadlock found", Fault.CONFLICT),
        (1205, "Lock wait timeout exceeded", Fault.CONFLICT),
        (1020, "Record has changed since last read", Fault.CONFLICT),
        (1062, "Duplicate entry", None),
        (1045, "Access denied", None),
    ],
)
def test_numbers_of_mariadb(driver: str, code: int, text: str, fault: Fault | None) -> None:
    """Each of its drivers says the same number."""
    numbered = {"errno": code} if driver in {"mysql.connector.errors", "mariadb"} else {}
    cause = make_error(driver, "OperationalError", code, text, **numbered)
    assert find_fault(wrap(cause, statement="SELECT 1")) is fault


def test_others_are_no_faults() -> None:
    """What is not of a database is not explained by one."""
    assert find_fault(ValueError("database is locked")) is None
    assert find_fault(ConnectionRefusedError(111, "refused")) is None
    assert find_fault(PendingRollbackError("after a flush", code="7s2a")) is None
    assert find_fault(make_error("pymysql.err", "InterfaceError", "no number")) is None


def test_lost_connection_that_was_gone_on_with() -> None:
    """A view that swallows the loss of its connection and goes on gets the same answer."""
    assert find_fault(PendingRollbackError("lost", code="8s2b")) is Fault.UNAVAILABLE
    assert find_fault(TimeoutError("pool")) is Fault.BUSY


def test_description_is_one_line() -> None:
    """The driver's words do not break the log."""
    cause = make_error("psycopg", "OperationalError", "refused\n\tIs it running?", sqlstate=None)
    assert describe(wrap(cause, statement=None)) == "refused Is it running?"


class Notes:
    """An application that keeps text in a SQLite file."""

    def __init__(self, start: Start, **config: Any) -> None:
        self.app, db = start(**config)
        self.path = Path(self.app.instance_path, "test.db")

        def write() -> str:
            db.session.execute(sa.text("INSERT INTO note VALUES (:text)"), {"text": "x" * 9000})
            db.session.commit()
            return "written"

        def read() -> str:
            return str(db.session.execute(sa.text("SELECT count(*) FROM note")).scalar())

        self.app.add_url_rule("/", view_func=write, methods=["POST"])
        self.app.add_url_rule("/", endpoint="read", view_func=read)
        with self.app.app_context():
            db.session.execute(sa.text("CREATE TABLE note (text)"))
            db.session.commit()
        self.db = db

    def fill(self) -> int:
        """Write until it is refused, and return how many rows were acknowledged."""
        for number in range(1000):
            self.answer = self.app.test_client().post("/")
            if self.answer.status_code != 200:
                return number
        raise AssertionError("It is never full.")

    def limit(self, pages: int) -> None:
        """Let the file grow no more."""

        def connected(connection: Any, record: object) -> None:
            connection.execute(f"PRAGMA max_page_count = {pages}")

        with self.app.app_context():
            self.db.engine.dispose()
            sa.event.listen(self.db.engine, "connect", connected)

    def check(self) -> str:
        """Return what SQLite says about the file."""
        with closing(sqlite3.connect(self.path)) as connection:
            return str(connection.execute("PRAGMA integrity_check").fetchone()[0])


def test_full_disk_is_507(start: Start) -> None:
    """Nobody is asked to try again by himself; what was acknowledged is there, and is read."""
    notes = Notes(start)
    notes.limit(40)
    acknowledged = notes.fill()
    assert notes.answer.status_code == 507
    assert "no room left" in notes.answer.text
    assert "Retry-After" not in notes.answer.headers
    assert notes.app.test_client().get("/").text == str(acknowledged)
    assert notes.check() == "ok"


def test_full_disk_has_room_again(start: Start) -> None:
    """It heals by itself when there is room."""
    notes = Notes(start)
    notes.limit(40)
    notes.fill()
    with notes.app.app_context():
        notes.db.session.execute(sa.text("DELETE FROM note"))
        notes.db.session.commit()
    assert notes.app.test_client().post("/").status_code == 200


def test_page_for_507_is_the_applications(start: Start) -> None:
    """A handler for HTTP errors renders it."""
    from werkzeug.exceptions import HTTPException

    notes = Notes(start)
    notes.app.register_error_handler(HTTPException, lambda error: (f"own {error.code}", 507))
    notes.limit(40)
    notes.fill()
    assert notes.answer.text == "own 507"


def test_read_only_file_is_503(start: Start) -> None:
    """Writing waits until somebody has made it writable; reading goes on."""
    notes = Notes(start)
    with notes.app.app_context():
        notes.db.engine.dispose()
        sa.event.listen(
            notes.db.engine,
            "connect",
            lambda connection, record: connection.execute("PRAGMA query_only = ON"),
        )
    client = notes.app.test_client()
    answer = client.post("/")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "no changes at the moment" in answer.text
    assert client.get("/").text == "0"


def test_file_that_cannot_be_opened_is_503(start: Start, tmp_path: Path) -> None:
    """A folder that is gone, such as a disk that is not mounted, heals when it is back."""
    folder = tmp_path / "disk"
    folder.mkdir()
    notes = Notes(start, SQLALCHEMY_DATABASE_URI=f"sqlite:///{folder}/test.db")
    with notes.app.app_context():
        notes.db.engine.dispose()
    folder.rename(tmp_path / "away")
    client = notes.app.test_client()
    assert client.get("/").status_code == 503
    (tmp_path / "away").rename(folder)
    assert client.get("/").text == "0"
    shutil.rmtree(folder)


def test_damaged_file_stays_an_error(start: Start) -> None:
    """What no waiting mends is a 500, loud and with its traceback."""
    notes = Notes(start)
    with notes.app.app_context():
        notes.db.engine.dispose()
    notes.path.write_bytes(b"this is no database at all" * 100)
    notes.path.with_name("test.db-wal").unlink(missing_ok=True)
    assert notes.app.test_client().get("/").status_code == 500
