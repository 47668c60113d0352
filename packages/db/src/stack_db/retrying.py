"""Running a view again when the database gave way to another transaction."""

from __future__ import annotations

import asyncio
import inspect
import random
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast, overload

from flask import current_app
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import SessionTransactionOrigin

from .fault import Fault, find_fault

P = ParamSpec("P")
R = TypeVar("R")

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5
_REPEATED = {Fault.CONFLICT, Fault.BUSY}


class _Attempts:
    """What is known about the attempts of one call."""

    def __init__(self, name: str, attempts: int, within: float) -> None:
        self.committed = False
        self._name = name
        self._left = attempts - 1
        self._made = 1
        self._end = time.monotonic() + within

    def find_pause(self, error: SQLAlchemyError) -> float:
        """Return how long to wait before the next attempt.

        :raises SQLAlchemyError: the error itself, when there is none.
        """
        fault = find_fault(error)
        pause = random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._made))
        late = time.monotonic() + pause > self._end
        if fault not in _REPEATED or self.committed or self._left < 1 or late:
            raise error
        self._left -= 1
        self._made += 1
        current_app.logger.info(
            "%r is run again, attempt %d: %s", self._name, self._made, fault.value
        )
        return pause


_running: ContextVar[_Attempts | None] = ContextVar("stack_db_retry", default=None)


@overload
def retry(function: Callable[P, R], /) -> Callable[P, R]: ...
@overload
def retry(
    *, attempts: int = ..., within: float = ...
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def retry(function: Any = None, /, *, attempts: int = 4, within: float = 5.0) -> Any:
    """Run a view or function again when its transaction had to give way to another.

    That is after a deadlock, a serialization failure or a lock that was not to
    be had. Between two attempts the session is rolled back and a random moment
    passes. A call is repeated only when nothing was committed within it, and
    what it does besides the database must bear to be done twice.

    A call within another one that is decorated is a part of that.

    :param attempts: how often it is run at most, the first time included.
    :param within: seconds after its start in which a new attempt may begin.
    :raises RuntimeError: when called, if the session has unfinished changes
        that the function has not made, as they would be lost.
    """
    if attempts < 1 or within < 0:
        raise ValueError(
            f"retry(attempts={attempts!r}, within={within!r}) never runs anything."
            " Give at least one attempt, and seconds from 0."
        )
    if function is None:
        return lambda found: _decorate(found, attempts, within)
    return _decorate(function, attempts, within)


def _decorate(function: Callable[P, R], attempts: int, within: float) -> Callable[P, R]:
    name = getattr(function, "__qualname__", repr(function))
    if inspect.iscoroutinefunction(function):

        @wraps(function)
        async def run_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            if _running.get() is not None:
                return await function(*args, **kwargs)
            with _started(name, attempts, within) as state:
                while True:
                    try:
                        return await function(*args, **kwargs)
                    except SQLAlchemyError as error:
                        pause = _give_way(state, error)
                    await asyncio.sleep(pause)

        return cast(Callable[P, R], run_async)

    @wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        if _running.get() is not None:
            return function(*args, **kwargs)
        with _started(name, attempts, within) as state:
            while True:
                try:
                    return function(*args, **kwargs)
                except SQLAlchemyError as error:
                    pause = _give_way(state, error)
                time.sleep(pause)

    return run


@contextmanager
def _started(name: str, attempts: int, within: float) -> Iterator[_Attempts]:
    _refuse_unfinished(name)
    state = _Attempts(name, attempts, within)
    token = _running.set(state)
    try:
        yield state
    finally:
        _running.reset(token)


def _give_way(state: _Attempts, error: SQLAlchemyError) -> float:
    """Undo an attempt, and return how long to wait before the next."""
    pause = state.find_pause(error)
    _find_session().rollback()
    return pause


def _refuse_unfinished(name: str) -> None:
    """Refuse to begin where a rollback would undo somebody else's work.

    A transaction that has only read, such as for who is signed in, is no
    obstacle.
    """
    registry = current_app.extensions["sqlalchemy"].session.registry
    session = registry() if registry.has() else None
    if session is None:
        return
    transaction = session.get_transaction()
    begun = transaction is not None and (
        transaction.origin is not SessionTransactionOrigin.AUTOBEGIN
        or session.in_nested_transaction()
        or session.info.get(_WRITTEN, _nothing)() is transaction
    )
    if begun or session.new or session.dirty or session.deleted:
        raise RuntimeError(
            f"{name!r} is to be retried, but the session has changes that it has not made."
            " Commit them before, or decorate the function that makes them."
        )


def _find_session() -> Any:
    return current_app.extensions["sqlalchemy"].session


_WRITTEN = "stack_written"


def _nothing() -> None:
    """Stand for no transaction."""



def note_writes(session: Any) -> None:
    """Let sessions remember in which of their transactions something was written.

    :param session: the scoped session or factory of an application.
    """
    for name in ("after_flush", "after_bulk_update", "after_bulk_delete"):
        listener = _note_flush if name == "after_flush" else _note_bulk
        if not event.contains(session, name, listener):
            event.listen(session, name, listener)


def _note_flush(session: Any, context: object) -> None:
    session.info[_WRITTEN] = weakref.ref(session.get_transaction())


def _note_bulk(context: Any) -> None:
    _note_flush(context.session, context)


def note_commits(engine: Engine) -> None:
    """Let a function that is retried know that something was committed within it."""
    dialect = engine.dialect
    commit = dialect.do_commit

    def noted(connection: Any) -> None:
        commit(connection)
        state = _running.get()
        if state is not None:
            state.committed = True

    # The dialect belongs to this engine alone.
    vars(dialect)["do_commit"] = noted
