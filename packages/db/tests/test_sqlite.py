"""SQLite's defaults, and the settings that change them."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]


def ask(app: Flask, db: Database, pragma: str) -> Any:
    """Return what a connection of the application says to a pragma."""
    with app.app_context():
        return db.session.execute(sa.text(f"PRAGMA {pragma}")).scalar()


@pytest.mark.parametrize(
    ("pragma", "value"),
    [("journal_mode", "wal"), ("synchronous", 1), ("foreign_keys", 1), ("busy_timeout", 5000)],
)
def test_file_defaults(start: Start, pragma: str, value: object) -> None:
    """A file has a write-ahead log, foreign keys and patience, without a setting."""
    assert ask(*start(), pragma) == value


@pytest.mark.parametrize(
    ("setting", "value", "pragma", "answer"),
    [
        ("DB_SQLITE_JOURNAL", "delete", "journal_mode", "delete"),
        ("DB_SQLITE_SYNCHRONOUS", "full", "synchronous", 2),
        ("DB_SQLITE_FOREIGN_KEYS", "no", "foreign_keys", 0),
        ("DB_SQLITE_BUSY_TIMEOUT", "0.25", "busy_timeout", 250),
    ],
)
def test_setting_changes_default(
    start: Start, setting: str, value: str, pragma: str, answer: object
) -> None:
    """Each setting reaches the connection, as text from the environment too."""
    assert ask(*start(**{setting: value}), pragma) == answer


@pytest.mark.parametrize(
    "config",
    [
        {"SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"timeout": 1.5}}},
        {"SQLALCHEMY_DATABASE_URI": "sqlite:///test.db?timeout=1.5"},
    ],
)
def test_own_timeout_wins(start: Start, config: dict[str, Any]) -> None:
    """Options and address win over DB_SQLITE_BUSY_TIMEOUT, and are not written to."""
    app, db = start(**config, DB_SQLITE_BUSY_TIMEOUT=4)
    assert ask(app, db, "busy_timeout") == 1500
    options = app.config["SQLALCHEMY_ENGINE_OPTIONS"]
    assert options in ({}, {"connect_args": {"timeout": 1.5}})


def test_memory_is_one_database(start: Start) -> None:
    """In memory all sessions share one connection, so what one began another does not begin."""
    app, db = start(SQLALCHEMY_DATABASE_URI="sqlite://")
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE t (x)"))
        with db.engine.connect() as other:
            other.execute(sa.text("INSERT INTO t VALUES (1)"))
            other.commit()
        assert db.session.execute(sa.text("SELECT count(*) FROM t")).scalar() == 1
        assert db.session.execute(sa.text("PRAGMA foreign_keys")).scalar() == 1


def test_memory_takes_turns(start: Start) -> None:
    """Threads that begin, read and end in memory at once get their rows, and no error."""
    app, db = start(SQLALCHEMY_DATABASE_URI="sqlite://")
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE t (x)"))
        db.session.execute(sa.text("INSERT INTO t VALUES (1), (2), (3)"))
        db.session.commit()

    def read(_: int) -> int:
        with app.app_context():
            return len(db.session.execute(sa.text("SELECT x FROM t")).all())

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(read, range(2000))) == {3}


def test_read_only_file_opens(start: Start, tmp_path: Path) -> None:
    """A file that cannot be switched to a write-ahead log is read all the same."""
    path = tmp_path / "old.db"
    with sqlite3.connect(path) as made:
        made.execute("CREATE TABLE t (x)")
    made.close()
    app, db = start(SQLALCHEMY_DATABASE_URI=f"sqlite:///file:{path}?mode=ro&uri=true")
    assert ask(app, db, "journal_mode") == "delete"


def test_foreign_keys_are_enforced(start: Start) -> None:
    """A row that points nowhere is refused."""
    app, db = start()
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE a (id INTEGER PRIMARY KEY)"))
        db.session.execute(sa.text("CREATE TABLE b (a_id INTEGER REFERENCES a (id))"))
        db.session.commit()
        with pytest.raises(sa.exc.IntegrityError):
            db.session.execute(sa.text("INSERT INTO b VALUES (7)"))
        db.session.rollback()
