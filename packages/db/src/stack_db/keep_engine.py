"""The engine of a keep: connections apart from every transaction of the application."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.engine import URL, Engine

from . import engine as engines
from . import sqlite
from .disposal import on_disposal
from .settings import DatabaseSettings

_ENDING = "-keep"
_OF_THE_DATABASE = ["mode", "immutable", "cache"]


def find_keep_url(url: URL) -> URL:
    """Return the address of the file that stands beside a SQLite database: ``app-keep.db``."""
    folder, slash, name = (url.database or "").rpartition("/")
    stem, dot, ending = name.rpartition(".")
    beside = f"{stem}{_ENDING}{dot}{ending}" if stem else f"{name}{_ENDING}"
    return url.set(database=f"{folder}{slash}{beside}").difference_update_query(_OF_THE_DATABASE)


class KeepEngine:
    """The engine of a keep, made of the database's own and made anew when that has changed.

    On a server it reaches the same database in the same way, with as many
    connections as the database's own pool may have, opened when they are
    needed. On SQLite it is that of a file beside the database. Every statement
    is a transaction of its own. Disposing of the database's engine disposes of
    this one.

    :param find: returns the engine of the database.
    """

    def __init__(self, find: Callable[[], Engine], settings: DatabaseSettings) -> None:
        self._find = find
        self._settings = settings
        self._lock = Lock()
        self._process = os.getpid()
        self._made: tuple[Engine, Any, Engine] | None = None

    def get(self) -> Engine:
        """Return the engine."""
        source, made = self._find(), self._made
        if made is not None and made[0] is source and made[1] is source.pool:
            return made[2]
        if self._process != os.getpid():
            self._lock = Lock()  # another thread of the parent may have held it
        with self._lock:
            made = self._made
            if made is None or made[0] is not source or made[1] is not source.pool:
                self._replace(source)
            assert self._made is not None
            return self._made[2]

    def find_file(self) -> Path | None:
        """Return the file of a keep beside a SQLite database; on a server None."""
        source = self._find()
        if source.dialect.name != "sqlite":
            return None
        return sqlite.find_path(find_keep_url(source.url))

    def dispose(self) -> None:
        """Close the connections; the next call of :meth:`get` makes an engine anew."""
        made, self._made = self._made, None
        # Those that a forked process has inherited are its parent's, which the engine sees to.
        if made is not None and self._process == os.getpid():
            made[2].dispose()

    def _replace(self, source: Engine) -> None:
        self.dispose()
        self._process = os.getpid()
        pool = source.pool
        make = self._make_file if source.dialect.name == "sqlite" else _make_beside
        self._made = source, pool, make(source)
        on_disposal(source, self._follow)  # once, however often it is said

    def _follow(self, source: Engine) -> None:
        # A forked process disposes too. It must hold what it has inherited: to collect that
        # would close connections of its parent's.
        if self._process == os.getpid() and self._made is not None and self._made[0] is source:
            self.dispose()

    def _make_file(self, source: Engine) -> Engine:
        url = find_keep_url(source.url)
        options: dict[str, Any] = {"isolation_level": "AUTOCOMMIT"}
        with engines.using(self._settings):
            engines.set_defaults(options, url, debug=False)
            made = create_engine(url, **options)
            engines.equip(made, options)
        return made


def _make_beside(source: Engine) -> Engine:
    """Return an engine of the same server, whose pool makes connections as the source's does."""
    made = create_engine(
        source.url,
        pool=source.pool.recreate(),
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
    )
    # There is never anything to roll back, and some drivers ask the server each time. The
    # dialect belongs to this engine alone.
    vars(made.dialect)["do_rollback"] = _leave
    engines.leave_connections_to_parent(made)
    return made


def _leave(connection: object) -> None:
    """Leave a connection as it is."""
