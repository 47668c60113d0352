"""SQLite as a server would have it: journal, foreign keys, transactions that begin."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from flask import Flask, g, has_app_context, has_request_context, request
from sqlalchemy import event
from sqlalchemy.engine import URL, Engine
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection, StaticPool

from stack_core import SettingsError

from .settings import DatabaseSettings
from .shared_connection import SharedConnection

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
_UNENFORCED = "stack_foreign_keys_off"
_WRITES = "stack_db_writes"


def is_memory(url: URL) -> bool:
    """Tell whether an address is a SQLite database that lives in the process only."""
    return url.get_backend_name() == "sqlite" and (
        url.database in (None, "", ":memory:") or url.query.get("mode") == "memory"
    )


def find_path(url: URL) -> Path:
    """Return the file of a SQLite address."""
    name = url.database or ""
    return Path(name.removeprefix("file:") if url.query.get("uri") else name)


def check_address(app: Flask, url: URL, key: str) -> None:
    """Check an address, if it is one of SQLite, and make the instance folder if it is there.

    :param key: where the address stands.
    :raises SettingsError: it names a host, or the folder cannot be made.
    """
    if url.get_backend_name() != "sqlite":
        return
    if url.host or url.username or url.port:
        raise SettingsError(
            f"{key!r} names a host, but SQLite has none. Write three slashes for a file in the"
            " instance folder, as in 'sqlite:///app.db', and four for an absolute path."
        )
    if is_memory(url) or find_path(url).is_absolute():
        return
    try:
        Path(app.instance_path).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(
            f"The folder of the database, {app.instance_path}, cannot be made ({error.strerror})."
            f" Make it writable, or set {key} to another database."
        ) from None


def share(options: dict[str, Any]) -> None:
    """Let threads take turns, where the options are of a database whose connection they share.

    :param options: the options of an engine, complete but for this; changed in place.
    """
    url: URL = options["url"]
    shared = is_memory(url) and options.get("poolclass") is StaticPool
    if shared and url.get_dialect().driver == "pysqlite":
        options["connect_args"].setdefault("factory", SharedConnection)


def equip(engine: Engine, settings: DatabaseSettings, options: Mapping[str, Any]) -> None:
    """Give a SQLite engine its pragmas and its explicit ``BEGIN``.

    :param options: the options that it was made from.
    """
    _set_pragmas(engine, settings)
    if settings.sqlite_begin == "driver" or _has_own_transactions(engine, options):
        return
    # A listener on 'begin', the documented recipe, may not fail: the Connection
    # would believe for ever after that it is beginning, and run without BEGIN.
    # The dialect belongs to this engine alone.
    vars(engine.dialect)["do_begin"] = Begin(settings.sqlite_begin)
    event.listen(engine, "checkin", _enforce_again)


def _has_own_transactions(engine: Engine, options: Mapping[str, Any]) -> bool:
    if engine.dialect.driver != "pysqlite" or "isolation_level" in options:
        return True
    arguments = {*options.get("connect_args", {}), *engine.url.query}
    return not arguments.isdisjoint({"isolation_level", "autocommit"})


@contextmanager
def write_lock() -> Iterator[None]:
    """Let the transactions that begin inside, in this application context, take the write lock.

    Who reads first and then writes is not overtaken in between. Where
    ``DB_SQLITE_BEGIN`` says otherwise, that counts.
    """
    if not has_app_context() or _WRITES in g:
        yield
        return
    setattr(g, _WRITES, True)
    try:
        yield
    finally:
        g.pop(_WRITES, None)


class Begin:
    """Begin a transaction, with the write lock if it is for one who will write.

    By itself the driver begins at the first write and leaves out DDL, so that
    of two who read and then write, one overwrites the other.
    """

    def __init__(self, mode: Literal["request", "immediate", "deferred"]) -> None:
        self._mode = mode

    def __call__(self, proxy: PoolProxiedConnection) -> None:
        connection: Any = proxy.dbapi_connection
        # Without a level the driver is in autocommit. In memory all sessions
        # share one connection, so another one may have begun.
        if connection.isolation_level is None or connection.in_transaction:
            return
        if _migrates(connection):
            connection.execute("PRAGMA foreign_keys = OFF")
            proxy.info[_UNENFORCED] = True
            statement = "BEGIN IMMEDIATE"
        else:
            statement = "BEGIN IMMEDIATE" if self._writes() else "BEGIN"
        if isinstance(connection, SharedConnection):
            connection.begin(statement)
        else:
            connection.execute(statement)

    def _writes(self) -> bool:
        if self._mode == "request":
            if has_app_context() and _WRITES in g:
                return True
            return has_request_context() and request.method not in SAFE_METHODS
        return self._mode == "immediate"


def _migrates(connection: object) -> bool:
    """Tell whether Alembic is running a migration on this connection.

    To change a table on SQLite it copies and drops the old one, which with
    foreign keys on deletes the rows that point to it.
    """
    context = sys.modules.get("alembic.context")
    if context is None or not hasattr(context, "config"):
        return False
    try:
        running = context.get_context().connection
    except Exception:
        # Flask-Migrate's env.py for several databases begins before it configures.
        return True
    return running is not None and running.connection.dbapi_connection is connection


def _enforce_again(connection: Any, record: ConnectionPoolEntry) -> None:
    if record.info.pop(_UNENFORCED, False):
        connection.execute("PRAGMA foreign_keys = ON")


def _set_pragmas(engine: Engine, settings: DatabaseSettings) -> None:
    in_memory = is_memory(engine.url)

    def set_all(connection: Any) -> None:
        switch = "ON" if settings.sqlite_foreign_keys else "OFF"
        connection.execute(f"PRAGMA foreign_keys = {switch}")
        if in_memory:
            return
        connection.execute(f"PRAGMA synchronous = {settings.sqlite_synchronous}")
        try:
            connection.execute(f"PRAGMA journal_mode = {settings.sqlite_journal}")
        except sqlite3.OperationalError:
            # The file is read-only, or another process is switching it now; a
            # check says when the journal is not the one that was asked for.
            return

    def connected(connection: Any, record: ConnectionPoolEntry) -> None:
        try:
            set_all(connection)
        except BaseException:
            # Older releases of SQLAlchemy leave it open.
            connection.close()
            raise

    event.listen(engine, "connect", connected)
