"""What ``flask stack check`` says about the database."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy.engine import URL, Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import QueuePool

from stack_core import Finding

from . import sqlite

REUSED = Finding(
    "db.reused",
    "info",
    "The application's own 'SQLAlchemy' instance is used, without the defaults of 'db'.",
    "Make it a stack_db.Database to get its time-outs, transactions and tests of connections.",
)
_ADMINISTRATORS = {"postgres", "root"}
_ALLOWED = {"postgresql": 100, "mysql": 151, "mariadb": 151}
"""The servers' own ``max_connections``."""


def check_settings(config: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield the switches that production should not have."""
    options = config.get("SQLALCHEMY_ENGINE_OPTIONS") or {}
    if config.get("SQLALCHEMY_ECHO") or options.get("echo"):
        yield Finding(
            "db.echo",
            "warning",
            "'SQLALCHEMY_ECHO' is on: every statement goes to the log.",
            "Remove SQLALCHEMY_ECHO from the configuration.",
            deploy=True,
        )
    if config.get("SQLALCHEMY_RECORD_QUERIES"):
        yield Finding(
            "db.record-queries",
            "warning",
            "'SQLALCHEMY_RECORD_QUERIES' is on: statements and their values are kept in memory.",
            "Remove SQLALCHEMY_RECORD_QUERIES from the configuration.",
            deploy=True,
        )
    if config.get("SQLALCHEMY_TRACK_MODIFICATIONS"):
        yield Finding(
            "db.track-modifications",
            "info",
            "'SQLALCHEMY_TRACK_MODIFICATIONS' is on: every change of a session costs memory.",
            "Remove it, unless something listens to Flask-SQLAlchemy's signals.",
            deploy=True,
        )
    if config.get("DB_HIDE_VALUES") is False or options.get("hide_parameters") is False:
        yield Finding(
            "db.values-shown",
            "warning",
            "'DB_HIDE_VALUES' is off: errors and logs show the values of statements.",
            "Remove DB_HIDE_VALUES from the configuration.",
            deploy=True,
        )


def check_engines(engines: Mapping[str | None, Engine], journal: str | None) -> Iterator[Finding]:
    """Yield what is wrong with the databases themselves.

    :param journal: the journal that was asked of SQLite; None: any.
    """
    for bind, engine in engines.items():
        named = "The database" if bind is None else f"The database of bind {bind!r}"
        if engine.dialect.name != "sqlite":
            yield from _check_server(named, engine.url)
        elif sqlite.is_memory(engine.url):
            yield Finding(
                "db.memory",
                "error",
                f"{named} lives in memory: it ends with the process, and each worker has its own.",
                "Set SQLALCHEMY_DATABASE_URI to a file or a server.",
                deploy=True,
            )
        else:
            yield from _check_file(named, engine, journal)


def check_capacity(
    engines: Mapping[str | None, Engine], capacity: Callable[[Engine], int]
) -> Iterator[Finding]:
    """Yield where one process may open more connections than a server allows by default.

    :param capacity: returns how many the reader beside an engine may open.
    """
    for bind, engine in engines.items():
        pool, most = engine.pool, _ALLOWED.get(engine.dialect.name)
        if most is None or not isinstance(pool, QueuePool):
            continue
        own, more = pool.size() + pool._max_overflow, capacity(engine)
        if own + more > most:
            named = "the database" if bind is None else f"the database of bind {bind!r}"
            yield Finding(
                "db.connections",
                "warning",
                f"Each process may open {own} connections to {named} for transactions and {more}"
                f" for reads; a server allows {most} for all processes unless told otherwise.",
                "Lower DB_POOL_SIZE, DB_POOL_OVERFLOW, DB_READER_POOL_SIZE or"
                " DB_READER_POOL_OVERFLOW, or raise the server's max_connections.",
                deploy=True,
            )


def _check_server(named: str, url: URL) -> Iterator[Finding]:
    if not url.password and url.host not in (None, "", "localhost", "127.0.0.1", "::1"):
        yield Finding(
            "db.no-password",
            "warning",
            f"{named} is on another host and its address has no password.",
            "Give the user a password, unless the server knows the host otherwise.",
            deploy=True,
        )
    if url.username in _ADMINISTRATORS:
        yield Finding(
            "db.administrator",
            "warning",
            f"{named} is used as {url.username!r}, who may do everything on the server.",
            "Make a user who owns this database only.",
            deploy=True,
        )


def _check_file(named: str, engine: Engine, journal: str | None) -> Iterator[Finding]:
    path = sqlite.find_path(engine.url)
    yield Finding(
        "db.embedded",
        "info",
        f"{named} is a SQLite file: one machine, one writer at a time.",
        "Set SQLALCHEMY_DATABASE_URI to a PostgreSQL server before a second machine serves.",
        deploy=True,
    )
    if path.resolve().is_relative_to(Path(tempfile.gettempdir()).resolve()):
        yield Finding(
            "db.temporary",
            "error",
            f"{named} is in the folder of temporary files, which is emptied now and then.",
            "Set SQLALCHEMY_DATABASE_URI to a file in the instance folder.",
            deploy=True,
        )
    if not path.parent.is_dir():
        yield Finding(
            "db.folder-missing",
            "error",
            f"{named} is to be in a folder that does not exist: {path.parent}",
            "Make the folder, or correct SQLALCHEMY_DATABASE_URI.",
        )
    elif path.exists():
        yield from _check_journal(named, engine, journal)


def _check_journal(named: str, engine: Engine, journal: str | None) -> Iterator[Finding]:
    try:
        with engine.connect() as connection:
            kept = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
    except SQLAlchemyError as error:
        yield Finding(
            "db.unreadable",
            "error",
            f"{named} cannot be opened: {getattr(error, 'orig', error)}",
            "Make the file readable and writable for this user.",
        )
        return
    if journal not in (None, kept):
        yield Finding(
            "db.journal",
            "warning",
            f"{named} keeps a {kept!r} journal, not {journal!r}.",
            "Stop every process that has the file open, and make it writable for this user.",
        )
