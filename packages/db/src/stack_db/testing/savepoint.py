"""One connection that many share, with a savepoint where each believes to have a transaction."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy.engine import Dialect
from sqlalchemy.pool import PoolProxiedConnection

OUTER = "stack_outer"
"""The savepoint whose disappearance shows that the outer transaction has ended."""

_LIVE = "Use the fixture 'live_database' in this test."


class IsolationError(RuntimeError):
    """A test did what one connection cannot imitate; the message says what to use instead."""


class Level:
    """What one participant believes to be its transaction.

    :param name: the savepoint at its start.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self.unended: set[int] = set()
        """Cursors of which nobody knows that their statement has not failed."""
        self.wrote = False
        self.adopted = False
        """Whether it holds what another participant, or a statement by itself, has committed."""
        self.ended = False

    @property
    def clean(self) -> bool:
        """Whether there is nothing to undo: no statement wrote and none has failed."""
        return not self.wrote and not self.unended


class SharedConnection:
    """A connection in a transaction that is always rolled back.

    :param proxy: taken from an engine's pool, and given back by :meth:`finish`.
    :param dialect: that engine's.
    """

    def __init__(self, proxy: PoolProxiedConnection, dialect: Dialect) -> None:
        self.driver: Any = proxy.dbapi_connection
        self.finished = False
        self._proxy = proxy
        self._dialect = dialect
        self._levels: list[Level] = []
        self._numbers = itertools.count(1)
        self._begin()

    def join(self) -> Any:
        """Return a connection of a participant's own, to all appearances a driver's."""
        return Joined(self)

    def enter(self) -> Level:
        """Begin what a participant believes to be a transaction."""
        level = Level(f"stack_{next(self._numbers)}")
        self._execute(f"SAVEPOINT {level.name}")
        self._levels.append(level)
        return level

    def keep(self, level: Level) -> None:
        """Commit, to all appearances."""
        if level.wrote:
            self._check_deferred()
        self._end(level)

    def undo(self, level: Level) -> None:
        """Roll back, to all appearances.

        A level that has only read is released instead: others may have
        committed since it began, and that must stay.

        :raises IsolationError: what others have written would be undone too.
        """
        if level.clean:
            self._end(level)
            return
        above = self._levels[self._levels.index(level) + 1 :]
        lost = level.adopted or any(other.wrote for other in above)
        # Without the outer transaction there is nothing to go back to; `finish` says so.
        with suppress(IsolationError):
            self._execute(f"ROLLBACK TO SAVEPOINT {level.name}")
            for other in above:
                self._execute(f"SAVEPOINT {other.name}")
        level.wrote, level.unended = False, set()
        self._end(level)
        if lost:
            raise IsolationError(
                "A transaction was rolled back within which another one was committed, and on the"
                f" one connection of this test that is lost too. {_LIVE}"
            )

    def finish(self) -> None:
        """Roll everything back and give the connection to its pool.

        :raises IsolationError: something has ended the outer transaction, so
            that what the test wrote is still there.
        """
        self.finished = True
        self._levels.clear()
        try:
            self._execute(f"ROLLBACK TO SAVEPOINT {OUTER}")
            self._execute("ROLLBACK")
        except IsolationError:
            self._proxy.invalidate()
            raise
        finally:
            self._proxy.close()

    def _begin(self) -> None:
        if self._dialect.name == "sqlite":
            if not self.driver.in_transaction:
                self._execute("BEGIN")
        elif is_autocommit(self._dialect, {}):
            self._execute("BEGIN")
        self._execute(f"SAVEPOINT {OUTER}")

    def _end(self, level: Level) -> None:
        """Merge a level into the one below, at once or as soon as those above have ended."""
        level.ended = True
        while self._levels and self._levels[-1].ended:
            top = self._levels.pop()
            with suppress(IsolationError):
                self._execute(f"RELEASE SAVEPOINT {top.name}")
            if self._levels and (top.wrote or top.adopted):
                self._levels[-1].adopted = True

    def _check_deferred(self) -> None:
        """Check the constraints that PostgreSQL would check at a commit.

        Afterwards each is deferred or immediate as it was, because that is
        part of what a savepoint restores.
        """
        if self._dialect.name == "postgresql":
            cursor = self.driver.cursor()
            try:
                cursor.execute("SAVEPOINT stack_check")
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("ROLLBACK TO SAVEPOINT stack_check")
                cursor.execute("RELEASE SAVEPOINT stack_check")
            finally:
                cursor.close()

    def _execute(self, statement: str) -> None:
        cursor = self.driver.cursor()
        try:
            cursor.execute(statement)
        except self._dialect.loaded_dbapi.Error as error:
            raise IsolationError(
                f"The transaction around this test has ended before the test ({error}):"
                " a COMMIT or ROLLBACK was sent as a statement, or MariaDB has committed"
                f" because the schema was changed. {_LIVE}"
            ) from error
        finally:
            cursor.close()


class Joined:
    """A driver's connection to all appearances; its transactions are levels of a shared one."""

    _shared: SharedConnection
    _level: Level | None

    def __init__(self, shared: SharedConnection) -> None:
        vars(self).update(_shared=shared, _level=None)

    def cursor(self, *args: Any, **kwargs: Any) -> Any:
        """Return a cursor, and begin a transaction if there is none."""
        level = self._enter()
        cursor = self._shared.driver.cursor(*args, **kwargs)
        level.unended.add(id(cursor))
        return cursor

    def execute(self, *args: Any, **kwargs: Any) -> Any:
        """Execute a statement, as some drivers offer; it counts as a write."""
        self._enter().wrote = True
        return self._shared.driver.execute(*args, **kwargs)

    def commit(self) -> None:
        """End the transaction and keep what was done."""
        if self._level is not None:
            level, self._level = self._level, None
            if not self._shared.finished:
                with _restored_on_error(self, level):
                    self._shared.keep(level)

    def rollback(self) -> None:
        """End the transaction and undo what was done."""
        if self._level is not None:
            level, self._level = self._level, None
            if not self._shared.finished:
                self._shared.undo(level)

    def close(self) -> None:
        """End the transaction, if there is one, as a driver does; the connection stays open."""
        self.rollback()

    def note_write(self, *, committed: bool) -> None:
        """Remember that a statement writes, which a rollback undoes unless it is committed."""
        level = self._enter()
        level.adopted = level.adopted or committed
        level.wrote = level.wrote or not committed

    def note_end(self, cursor: object) -> None:
        """Remember that a cursor's statement has not failed."""
        self._enter().unended.discard(id(cursor))

    def _enter(self) -> Level:
        if self._shared.finished:
            raise IsolationError(
                "This connection belongs to a test that has ended."
                " Close sessions and connections before the end of the test that opened them."
            )
        if self._level is None:
            self._level = self._shared.enter()
        return self._level

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._shared.driver, name)
        return _ignore if name == "autocommit" and callable(value) else value

    def __setattr__(self, name: str, value: Any) -> None:
        if name == "_level":
            vars(self)[name] = value
        elif name not in {"autocommit", "isolation_level"}:
            setattr(self._shared.driver, name, value)


@contextmanager
def _restored_on_error(joined: Joined, level: Level) -> Iterator[None]:
    """Leave the transaction open when a commit fails, so that a rollback follows."""
    try:
        yield
    except BaseException:
        joined._level = level
        raise


def is_autocommit(dialect: Dialect, options: Any) -> bool:
    """Tell whether a connection commits each statement.

    :param options: its execution options, which win over those of the engine.
    """
    level = options.get("isolation_level") or getattr(dialect, "_on_connect_isolation_level", None)
    return level == "AUTOCOMMIT"


def _ignore(*args: object) -> None:
    """Stand for a driver's switch that would end the shared transaction."""
