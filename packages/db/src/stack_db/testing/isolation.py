"""Making the engines of an application share one connection for the length of a test."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.pool import NullPool

from .savepoint import Joined, SharedConnection, is_autocommit
from .twin import Twin


@contextmanager
def isolated(engines: Mapping[Engine, Twin]) -> Iterator[None]:
    """Undo at the end whatever is done with these engines, committed or not.

    Engines of the same database share one connection, so that each sees what
    the others have written.

    :param engines: the application's engines, pointed at their twins.
    :raises IsolationError: at the end, when something could not be undone;
        the twin will be made anew.
    """
    shared: dict[Twin, SharedConnection] = {}
    with ExitStack() as undo:
        # One that commits by itself comes last: it may join a transaction, not begin it.
        for engine in sorted(engines, key=lambda engine: is_autocommit(engine.dialect, {})):
            twin = engines[engine]
            if twin not in shared:
                shared[twin] = SharedConnection(engine.raw_connection(), engine.dialect)
                undo.enter_context(_finishing(twin, shared[twin]))
            undo.enter_context(_joining(engine, shared[twin]))
        yield


@contextmanager
def _finishing(twin: Twin, shared: SharedConnection) -> Iterator[None]:
    try:
        yield
    finally:
        twin.soiled = True
        shared.finish()
        twin.soiled = False


@contextmanager
def _joining(engine: Engine, shared: SharedConnection) -> Iterator[None]:
    """Let an engine hand out the shared connection only."""
    pool = engine.pool
    # The dialect belongs to this engine alone. A change of the isolation level
    # would end the shared transaction on some drivers.
    overridden = vars(engine.dialect)
    before = {name: overridden[name] for name in _LEVEL_SETTERS if name in overridden}
    overridden.update(_LEVEL_SETTERS)
    engine.pool = NullPool(shared.join)
    event.listen(engine, "before_cursor_execute", _note_write)
    event.listen(engine, "after_cursor_execute", _note_end)
    try:
        yield
    finally:
        event.remove(engine, "after_cursor_execute", _note_end)
        event.remove(engine, "before_cursor_execute", _note_write)
        engine.pool = pool
        for name in _LEVEL_SETTERS:
            del overridden[name]
        overridden.update(before)


def _keep_level(*args: object) -> None:
    """Leave the isolation level as it is."""


_LEVEL_SETTERS = {"set_isolation_level": _keep_level, "reset_isolation_level": _keep_level}


def _note_write(conn: Connection, cursor: Any, statement: str, *rest: Any) -> None:
    joined = conn.connection.dbapi_connection
    if isinstance(joined, Joined) and statement.lstrip()[:6].upper() != "SELECT":
        options = conn.get_execution_options()
        joined.note_write(committed=is_autocommit(conn.dialect, options))


def _note_end(conn: Connection, cursor: Any, *rest: Any) -> None:
    joined = conn.connection.dbapi_connection
    if isinstance(joined, Joined):
        joined.note_end(cursor)
