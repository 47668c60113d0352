"""The engines for reads that stand alone: each statement is a transaction, nothing is begun."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache, partial
from inspect import signature
from threading import Lock
from typing import Any

from sqlalchemy import engine_from_config, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.pool import NullPool, QueuePool

from . import engine as engines
from . import sqlite
from .disposal import on_disposal
from .settings import DatabaseSettings

_noting: ContextVar[Readers] = ContextVar("stack_db_readers")


class Readers:
    """The readers of one application, each made when it is first asked for.

    Reads that are a statement of their own need no ``BEGIN`` and no
    ``ROLLBACK``, which are two thirds of a short read's round trips. A
    connection that is used for both kinds of work would be switched each time,
    so these have a pool of their own.

    What listens to an engine or to its pool hears of its reader too.

    :param settings: the application's settings of db.
    """

    def __init__(self, settings: DatabaseSettings) -> None:
        self.suspended = False
        """Whether reads go to the other engines, as in tests that share one connection."""
        self._settings = settings
        self._options: dict[str | None, tuple[Engine, dict[str, Any]]] = {}
        self._made: dict[str | None, Engine | None] = {}
        self._lock = Lock()

    def note(self, bind_key: str | None, engine: Engine, options: Mapping[str, Any]) -> None:
        """Remember from which options an engine was made."""
        self._options[bind_key] = (engine, dict(options))

    def find(self, bind_key: str | None) -> Engine | None:
        """Return the reader beside an engine, or None where reads have to share that."""
        if self.suspended:
            return None
        try:
            reader = self._made[bind_key]
        except KeyError:
            with self._lock:
                if bind_key not in self._made:
                    self._made[bind_key] = self._make(bind_key)
                reader = self._made[bind_key]
        heard = reader is not None and self._options[bind_key][0]._has_events
        if reader is not None and heard and not reader._has_events:
            # Never set to False, which would hide it from who listens to all engines.
            reader._has_events = True
        if reader is not None and self._options[bind_key][0].dialect._has_events:
            vars(reader.dialect)["_has_events"] = True
        return reader

    def capacity(self, engine: Engine) -> int:
        """Return how many connections the reader beside an engine may open."""
        for own, options in self._options.values():
            if own is engine and isinstance(engine.pool, QueuePool) and self._can_read(options):
                return self._settings.reader_pool_size + self._settings.reader_pool_overflow
        return 0

    def _can_read(self, options: Mapping[str, Any]) -> bool:
        """Tell whether a second engine of these options would reach the same database alike."""
        url = options["url"]
        pool = options.get("poolclass") or url.get_dialect().get_pool_class(url)
        arguments = {*(options.get("connect_args") or {}), *url.query}
        return (
            self._settings.reader_pool_size > 0
            and not sqlite.is_memory(url)
            and options.get("pool") is None
            and issubclass(pool, QueuePool | NullPool)
            and arguments.isdisjoint({"isolation_level", "autocommit"})
        )

    def _make(self, bind_key: str | None) -> Engine | None:
        engine, options = self._options.get(bind_key, (None, {}))
        if engine is None or not self._can_read(options):
            return None
        reader = engine_from_config(_adapt(options, self._settings), prefix="")
        # Private, but the way in which an engine's own execution_options() does it.
        reader.__class__ = _Reader
        vars(reader).pop("dispatch", None)
        vars(reader)["dispatch"] = reader.dispatch._join(engine.dispatch)
        # How to connect, what to execute and what became of it are the dialect's to tell.
        vars(reader.dialect)["dispatch"] = engine.dialect.dispatch
        for name in ("connect", "checkout", "checkin"):
            if getattr(engine.pool.dispatch, name):
                event.listen(reader, name, partial(_forward, engine, name))
        engines.leave_connections_to_parent(reader)
        on_disposal(engine, _Follower(reader))
        return reader


class _Reader(Engine):
    """What listens to all engines hears of a reader once: through the engine beside it."""

    _sa_propagate_class_events = False


def _forward(engine: Engine, name: str, *args: Any) -> None:
    """Let what listens to an engine's pool hear of its reader's."""
    getattr(engine.pool.dispatch, name)(*args)


class _Follower:
    """Disposes of a reader when its engine is disposed of."""

    def __init__(self, reader: Engine) -> None:
        self._reader = reader
        self._process = os.getpid()

    def __call__(self, engine: Engine) -> None:
        # The reader hears of itself too. In a forked process its connections are the parent's.
        if engine is not self._reader:
            self._reader.dispose(close=os.getpid() == self._process)


@contextmanager
def noting(readers: Readers) -> Iterator[None]:
    """Let readers know of the engines that are made inside."""
    token = _noting.set(readers)
    try:
        yield
    finally:
        _noting.reset(token)


def note(bind_key: str | None, engine: Engine, options: Mapping[str, Any]) -> None:
    """Tell the readers of the application that is being set up of a new engine."""
    readers = _noting.get(None)
    if readers is not None:
        readers.note(bind_key, engine, options)


def _adapt(options: Mapping[str, Any], settings: DatabaseSettings) -> dict[str, Any]:
    """Return an engine's options as its reader's."""
    adapted = {**options, "isolation_level": "AUTOCOMMIT", "pool_reset_on_return": None}
    if "pool_size" in adapted:
        adapted["pool_size"] = settings.reader_pool_size
        adapted["max_overflow"] = settings.reader_pool_overflow
    chosen = dict(adapted.get("execution_options") or {})
    chosen.pop("isolation_level", None)
    adapted["execution_options"] = chosen
    if _skips_rollback():
        adapted["skip_autocommit_rollback"] = True
    # What the engine itself would check for is heard from its own listeners.
    adapted.pop("pool_pre_ping", None)
    return adapted


@cache
def _skips_rollback() -> bool:
    """Tell whether this SQLAlchemy can leave out a rollback that has nothing to undo."""
    return "skip_autocommit_rollback" in signature(DefaultDialect).parameters
