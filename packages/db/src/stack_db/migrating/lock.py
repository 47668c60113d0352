"""One migration at a time, however many processes begin one."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext, suppress
from functools import partial
from typing import Protocol

import click
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

from .. import sqlite

_TURN, _WORK = "stack_db migrates", "stack_db works"
"""Two locks: the one is whose turn it is, the other is held by the connection at work.

A server carries out the statement of a process that was killed to its end; until then the
connection at work is there, though the one that waited for its turn is gone.
"""
_PAUSE = 0.2
_SAID_AFTER = 1.0


@contextmanager
def alone(engine: Engine) -> Iterator[None]:
    """Wait until no other process migrates this database; then let nobody else do so.

    The lock ends with the process, however that ends. It is on a connection of its own, which
    holds no transaction: a ``CREATE INDEX CONCURRENTLY`` would wait for those that wait here.

    :param engine: the application's default database.
    """
    lock: AbstractContextManager[None]
    if engine.dialect.name == "sqlite":
        lock = _alone_in_file(engine)
    elif engine.dialect.name in _SERVERS:
        lock = _alone_on_server(engine)
    else:
        lock = nullcontext()
    with lock:
        yield


@contextmanager
def at_work(connection: Connection) -> Iterator[None]:
    """Mark the connection that carries out a revision, for as long as the server works for it."""
    lock = _SERVERS.get(connection.dialect.name)
    if lock is None:
        yield
        return
    connection.exec_driver_sql(lock.hold(connection.engine, _WORK))
    try:
        yield
    finally:
        if lock.held_by_session and not connection.invalidated:
            with suppress(SQLAlchemyError):  # a connection that is lost holds none
                connection.exec_driver_sql(lock.free(connection.engine, _WORK))


class _Locks(Protocol):
    """The statements by which a server locks a name.

    ``held_by_session``: what ``hold`` takes does not end with the transaction.
    """

    prepare: tuple[str, ...]
    held_by_session: bool

    def take(self, engine: Engine, name: str) -> str: ...

    def hold(self, engine: Engine, name: str) -> str: ...

    def free(self, engine: Engine, name: str) -> str: ...


class _PostgreSQL:
    """Advisory locks, which belong to one database."""

    prepare: tuple[str, ...] = ()
    held_by_session = False

    @staticmethod
    def _key(name: str) -> int:
        return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)

    def take(self, engine: Engine, name: str) -> str:
        return f"SELECT pg_try_advisory_lock({self._key(name)})"

    def hold(self, engine: Engine, name: str) -> str:
        return f"SELECT pg_advisory_xact_lock({self._key(name)})"

    def free(self, engine: Engine, name: str) -> str:
        return f"SELECT pg_advisory_unlock({self._key(name)})"


class _MariaDB:
    """Named locks, which belong to the whole server; so the database is in the name."""

    prepare: tuple[str, ...] = ("SET SESSION wait_timeout = 604800",)
    """It ends connections that are idle, as this one is during a long migration."""
    held_by_session = True

    @staticmethod
    def _key(engine: Engine, name: str) -> str:
        return hashlib.sha256(f"{name} {engine.url.database}".encode()).hexdigest()[:60]

    def take(self, engine: Engine, name: str) -> str:
        return f"SELECT GET_LOCK('{self._key(engine, name)}', 0)"

    def hold(self, engine: Engine, name: str) -> str:
        return f"SELECT GET_LOCK('{self._key(engine, name)}', 3600)"

    def free(self, engine: Engine, name: str) -> str:
        return f"SELECT RELEASE_LOCK('{self._key(engine, name)}')"


_SERVERS: dict[str, _Locks] = {
    "postgresql": _PostgreSQL(),
    "mysql": _MariaDB(),
    "mariadb": _MariaDB(),
}


@contextmanager
def _alone_on_server(engine: Engine) -> Iterator[None]:
    lock = _SERVERS[engine.dialect.name]
    # A pool of its own: the application's may have room for a single connection.
    single = Engine(engine.pool.recreate(), engine.dialect, engine.url)
    try:
        with single.connect() as connection:
            connection = connection.execution_options(isolation_level="AUTOCOMMIT")
            for statement in lock.prepare:
                connection.exec_driver_sql(statement)
            for name in (_TURN, _WORK):
                _wait(partial(_asked, connection, lock.take(engine, name)))
            connection.exec_driver_sql(lock.free(engine, _WORK))
            yield
    finally:
        single.dispose()  # which closes the connection, and with it ends the lock


def _asked(connection: Connection, question: str) -> bool:
    return bool(connection.exec_driver_sql(question).scalar())


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
