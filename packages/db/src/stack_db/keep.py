"""The keep in the application's database."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Engine
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateIndex, CreateTable

from stack_core.keep import Count, Keep, KeepUnavailable
from stack_core.kept import (
    LEAST_NUMBER,
    MOST_NUMBER,
    check_number,
    check_ttl,
    check_value,
    hash_key,
    purge_now_and_then,
    read_number,
    refuse_overflow,
    refuse_text,
)
from stack_core.memory_keep import MemoryKeep

from . import keep_fault as fault
from .keep_engine import KeepEngine
from .keep_statements import Statements
from .settings import DatabaseSettings
from .sqlite import is_memory

__all__ = ["TableKeep", "make_keep"]

T = TypeVar("T")

_TRIES = 20
_PAUSE = 0.005
_CHUNK = 500


def make_keep(find: Callable[[], Engine], settings: DatabaseSettings) -> Keep:
    """Return the keep of a database: in memory where the database is.

    :param find: returns the engine of the database.
    """
    return MemoryKeep() if is_memory(find().url) else TableKeep(find, settings)


class TableKeep:
    """A :class:`~stack_core.keep.Keep` in the table ``db_keep``.

    On a server the table is in the application's database and comes with
    ``flask db upgrade``. On SQLite, where a second writer would wait for the
    request's own transaction, it is in a file beside the database, made at the
    first use. Threads and forked processes may use it. Ends are by the clock
    of the database. What the database undoes because of a deadlock is repeated;
    what may have taken effect is not.

    :param find: returns the engine of the database, asked at each call.
    """

    def __init__(
        self, find: Callable[[], Engine], settings: DatabaseSettings | None = None
    ) -> None:
        self._engine = KeepEngine(find, settings or DatabaseSettings())
        self._statements: dict[str, Statements] = {}

    def get(self, key: str) -> bytes | None:
        """Return a value, or None."""
        name = hash_key(key)

        def read(connection: Connection, statements: Statements) -> bytes | None:
            row = connection.execute(statements.get, {"name": name}).first()
            if row is None:
                return None
            value, number = row
            return b"%d" % number if number is not None else bytes(value)

        return self._run(read, reads=True)

    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Put a value, whatever was there."""
        parameters = _parameters(key, value, ttl)
        self._run(lambda connection, statements: connection.execute(statements.put, parameters))
        purge_now_and_then(self.purge)

    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Put a value where there is none, and tell whether that was so."""
        parameters = _parameters(key, value, ttl)

        def write(connection: Connection, statements: Statements) -> bool:
            counts = [connection.execute(each, parameters).rowcount for each in statements.add]
            return counts[-1] == 1

        won = self._run(write)
        purge_now_and_then(self.purge)
        return won

    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        """Count; the first increment sets the end, later ones leave it."""
        check_number(by)
        parameters = {
            "name": hash_key(key),
            "value": None,
            "number": by,
            "ttl": check_ttl(ttl),
            "low": LEAST_NUMBER - min(by, 0),
            "high": MOST_NUMBER - max(by, 0),
        }
        try:
            row = self._run(
                lambda connection, statements: _count(connection, statements, parameters)
            )
        except SQLAlchemyError as error:
            if fault.is_overflow(error):
                raise refuse_overflow(by) from None
            raise
        purge_now_and_then(self.purge)
        if row is None:
            raise refuse_overflow(by)
        number, ends_in = row
        if number is None:
            raise refuse_text()
        return Count(number, max(0.0, ends_in))

    def delete(self, key: str) -> bool:
        """Remove a value, and tell whether it was there."""
        parameters = {"name": hash_key(key)}
        return self._run(
            lambda connection, statements: (
                connection.execute(statements.delete, parameters).rowcount == 1
            )
        )

    def purge(self, limit: int) -> int:
        """Remove at most so many values that have ended, and return how many it were.

        Where there is no table or file yet, nothing has ended.
        """
        file = self._engine.find_file()
        if file is not None and not file.exists():
            return 0
        removed = 0
        try:
            while removed < limit:
                found, gone = self._purge(min(limit - removed, _CHUNK))
                removed += gone
                if found < _CHUNK:
                    break
        except KeepUnavailable as error:
            if error.__cause__ is None or not fault.is_missing_table(error.__cause__):
                raise
        return removed

    def close(self) -> None:
        """Close the connections; the next call opens them anew."""
        self._engine.dispose()

    def _run(self, work: Callable[[Connection, Statements], T], *, reads: bool = False) -> T:
        """Return what the work returns.

        :param reads: it changes nothing, so it is repeated when its connection was dead.
        :raises KeepUnavailable: the database is away, busy, full, read-only or has no table.
        """
        engine = self._engine.get()
        statements = self._find_statements(engine.dialect.name)
        tries = 0
        with fault.explained(engine.url):
            while True:
                tries += 1
                try:
                    with engine.connect() as connection:
                        return work(connection, statements)
                except SQLAlchemyError as error:
                    again = reads and tries == 1 and fault.is_disconnect(error)
                    again = again or _mend(engine, statements, error, tries)
                    if not again or tries == _TRIES:
                        raise

    def _purge(self, limit: int) -> tuple[int, int]:
        return self._run(lambda connection, statements: _purge(connection, statements, limit))

    def _find_statements(self, kind: str) -> Statements:
        if kind not in self._statements:
            self._statements[kind] = Statements(kind)
        return self._statements[kind]


def _parameters(key: str, value: bytes, ttl: float) -> dict[str, Any]:
    number = read_number(check_value(value))
    return {
        "name": hash_key(key),
        "value": value if number is None else None,
        "number": number,
        "ttl": check_ttl(ttl),
    }


def _count(connection: Connection, statements: Statements, parameters: dict[str, Any]) -> Any:
    """Return number and end of a counter after an increment, or None where it would overflow."""
    if connection.dialect.insert_returning:
        return connection.execute(statements.increment_returning, parameters).first()
    try:
        connection.exec_driver_sql(statements.begin)
        done = connection.execute(statements.increment, parameters)
        row = connection.execute(statements.count, parameters).first()
        connection.exec_driver_sql("COMMIT")
    except BaseException:
        connection.invalidate()
        raise
    return None if statements.guarded and done.rowcount == 0 else row


def _purge(connection: Connection, statements: Statements, limit: int) -> tuple[int, int]:
    """Remove what has ended; return how much was found and how much of that was removed."""
    names = {
        name
        for find in (statements.find_ended, statements.find_ahead)
        for name in connection.scalars(find, {"limit": limit})
    }
    chosen = sorted(names)[:limit]
    if not chosen:
        return 0, 0
    return len(chosen), connection.execute(statements.remove, {"names": chosen}).rowcount


def _mend(engine: Engine, statements: Statements, error: SQLAlchemyError, tries: int) -> bool:
    """Tell whether a call that failed can be repeated, after what had to be done for that."""
    if fault.is_passing(error):
        time.sleep(random.uniform(0, _PAUSE * tries))
        return True
    if tries == 1 and engine.dialect.name == "sqlite" and fault.is_missing_table(error):
        _make_table(engine, statements.table)
        return True
    return False


def _make_table(engine: Engine, table: Table) -> None:
    """Make the table in a new file; several processes may be about to."""
    with engine.connect() as connection:
        connection.execute(CreateTable(table, if_not_exists=True))
        for index in table.indexes:
            connection.execute(CreateIndex(index, if_not_exists=True))
