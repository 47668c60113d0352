"""Knowing of a transaction whether it has written, and of a call whether it has committed."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from typing import Any

from sqlalchemy.engine import Connection, Engine

_WRITTEN = "stack_written"
_READERS = ("SELECT", "PRAGMA", "EXPLAI", "SHOW", "VALUES", "SAVEPO", "RELEAS")
_WORD = 6


class Commits:
    """Whether anything was committed while this stood in :data:`watching`."""

    happened = False


watching: ContextVar[Commits | None] = ContextVar("stack_db_commits", default=None)


def has_written(connection: Connection) -> bool:
    """Tell whether the transaction that a connection is in has written anything."""
    return not connection.invalidated and _WRITTEN in connection.info


def note_commit() -> None:
    """Let whoever repeats a failed view know that something is committed."""
    if (commits := watching.get()) is not None:
        commits.happened = True


def note_write(connection: Connection) -> None:
    """Note that a connection has written what SQLAlchemy did not execute."""
    if not connection._is_autocommit_isolation():
        connection.info[_WRITTEN] = True
    else:
        note_commit()


def note_writes(engine: Engine) -> None:
    """Let an engine note what :func:`has_written` and :data:`watching` tell.

    SQLAlchemy's events would do too, but make every statement slower than it is
    with a function in the place of the dialect's own.
    """
    # The dialect belongs to this engine alone.
    own = vars(engine.dialect)
    for name in ("do_execute", "do_executemany", "do_execute_no_params"):
        own[name] = _noting_write(getattr(engine.dialect, name))
    own["do_rollback"] = undo = _noting_end(engine.dialect.do_rollback)
    own["do_commit"] = _noting_commit(engine.dialect.do_commit, undo)


def _noting_write(execute: Callable[..., Any]) -> Callable[..., Any]:
    def noted(cursor: Any, statement: str, *rest: Any, **named: Any) -> Any:
        context = named.get("context") or (rest[-1] if rest else None)
        if context is not None and _writes(context, statement):
            connection = context.root_connection
            connection.info[_WRITTEN] = True
            # In AUTOCOMMIT there is no commit that would say so.
            if connection._is_autocommit_isolation():
                note_commit()
        return execute(cursor, statement, *rest, **named)

    return noted


def _writes(context: Any, statement: str) -> bool:
    if context.isinsert or context.isupdate or context.isdelete or context.isddl:
        return True
    if context.compiled is not None and not context.is_text:
        return False
    return not statement.lstrip()[:_WORD].upper().startswith(_READERS)


def _noting_commit(
    commit: Callable[[Any], None], undo: Callable[[Any], None]
) -> Callable[[Any], None]:
    def noted(connection: Any) -> None:
        try:
            commit(connection)
        except BaseException:
            # SQLite leaves the transaction open, and SQLAlchemy takes it for ended: whoever
            # had the connection next would see, and commit, what was refused.
            with suppress(Exception):
                undo(connection)
            raise
        _forget(connection)
        note_commit()

    return noted


def _noting_end(rollback: Callable[[Any], None]) -> Callable[[Any], None]:
    def noted(connection: Any) -> None:
        rollback(connection)
        _forget(connection)

    return noted


def _forget(connection: Any) -> None:
    try:
        connection.info.pop(_WRITTEN, None)
    except NotImplementedError:
        # The dialect looks at a connection that is in no pool yet.
        return
