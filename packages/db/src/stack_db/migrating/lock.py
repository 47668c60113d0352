"""One migration at a time, however many processes begin one."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress

import click
from sqlalchemy.engine import Engine

from .. import sqlite

_NAME = "stack_db flask db upgrade"
_KEY = int.from_bytes(hashlib.sha256(_NAME.encode()).digest()[:8], "big", signed=True)
_PATIENCE = ("SET SESSION wait_timeout = 604800",)
"""MariaDB ends connections that are idle, and a long migration leaves this one idle."""
_PAUSE = 0.2
_SAID_AFTER = 1.0


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Wait until no other process migrates this database; then let nobody else do so.

    The lock ends with the process, however that ends. It is on a connection of its own, which
    holds no transaction: a ``CREATE INDEX CONCURRENTLY`` would wait for those that wait here.

    :param engine: the application's default database.
    """
    backend = engine.dialect.name
    lock: AbstractContextManager[None]
    if backend == "sqlite":
        lock = _alone_in_file(engine)
    elif backend == "postgresql":
        lock = _alone_on_server(engine, f"SELECT pg_try_advisory_lock({_KEY})")
    elif backend in ("mysql", "mariadb"):
        # The names of MariaDB's locks belong to the whole server.
        name = hashlib.sha256(f"{_NAME} {engine.url.database}".encode()).hexdigest()[:60]
        lock = _alone_on_server(engine, f"SELECT GET_LOCK('{name}', 0)", *_PATIENCE)
    else:
        lock = nullcontext()
    with lock:
        yield


@contextmanager
def _alone_on_server(engine: Engine, question: str, *before: str) -> Iterator[None]:
    # A pool of its own: the application's may have room for a single connection.
    single = Engine(engine.pool.recreate(), engine.dialect, engine.url)
    try:
        with single.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in before:
                connection.exec_driver_sql(statement)
            _wait(lambda: bool(connection.exec_driver_sql(question).scalar()))
            yield
    finally:
        single.dispose()  # which closes the connection, and with it ends the lock


@contextmanager
def _alone_in_file(engine: Engine) -> Iterator[None]:
    """Lock an empty SQLite file beside the database: that works on every system."""
    if sqlite.is_memory(engine.url):
        yield
        return
    path = sqlite.find_path(engine.url)
    if not path.parent.is_dir():
        yield  # the database itself will say so
        return
    with closing(sqlite3.connect(f"{path}-migrating", timeout=0, isolation_level=None)) as lock:
        _wait(lambda: _locked(lock))
        try:
            yield
        finally:
            with suppress(sqlite3.Error):
                lock.execute("ROLLBACK")


def _locked(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError as error:
        if "locked" in str(error):
            return False
        raise
    return True


def _wait(asked: Callable[[], bool]) -> None:
    since, said = time.monotonic(), False
    while not asked():
        if not said and time.monotonic() - since > _SAID_AFTER:
            click.echo("Another process is migrating this database; waiting for it.", err=True)
            said = True
        time.sleep(_PAUSE)
