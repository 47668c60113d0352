"""Running a view again when the database gave way to another transaction."""

from __future__ import annotations

import inspect
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any, ParamSpec, TypeVar, cast, overload

from flask import current_app
from sqlalchemy.engine import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import SessionTransactionOrigin

from .fault import Fault, find_fault
from .writes import Commits, has_written, watching

P = ParamSpec("P")
R = TypeVar("R")

_FIRST_PAUSE = 0.02
_LONGEST_PAUSE = 0.5
_REPEATED = {Fault.CONFLICT, Fault.BUSY}


class _Attempts(Commits):
    """What is known about the attempts of one call."""

    def __init__(self, name: str, attempts: int, within: float) -> None:
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
        if fault not in _REPEATED or self.happened or self._left < 1 or late:
            raise error
        self._left -= 1
        self._made += 1
        current_app.logger.info(
            "%r is run again, attempt %d: %s", self._name, self._made, fault.value
        )
        return pause


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
        # Who runs a coroutine has it already, and who does not should not pay for it.
        import asyncio

        @wraps(function)
        async def run_async(*args: P.args, **kwargs: P.kwargs) -> Any:
            if watching.get() is not None:
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
        if watching.get() is not None:
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
    token = watching.set(state)
    try:
        yield state
    finally:
        watching.reset(token)


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
        or any(map(has_written, _find_connections(transaction)))
    )
    if begun or session.new or session.dirty or session.deleted:
        raise RuntimeError(
            f"{name!r} is to be retried, but the session has changes that it has not made."
            " Commit them before, or decorate the function that makes them."
        )


def _find_connections(transaction: Any) -> set[Connection]:
    """Return the connections that a session's transaction has taken so far."""
    # SQLAlchemy has no public way that does not take one more.
    return {entry[0] for entry in transaction._connections.values()}


def _find_session() -> Any:
    return current_app.extensions["sqlalchemy"].session
