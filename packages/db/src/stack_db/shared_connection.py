"""The one connection of a database in memory, which the threads of a process share."""

from __future__ import annotations

import sqlite3
import threading
from typing import Any


class SharedConnection(sqlite3.Connection):
    """A connection whose calls take turns.

    The driver lets threads into a connection together and then mixes up their
    errors, or ends the process.
    """

    def __init__(self, *arguments: Any, **named: Any) -> None:
        # A function of one's own may call back in the same thread.
        self.turn = threading.RLock()
        super().__init__(*arguments, **named)

    def begin(self, statement: str) -> None:
        """Begin a transaction, unless another thread has."""
        with self.turn:
            if not self.in_transaction:
                self.execute(statement)

    def cursor(self, factory: Any = None) -> Any:
        with self.turn:
            return super().cursor(factory or _SharedCursor)  # type: ignore[arg-type]

    def commit(self) -> None:
        with self.turn:
            super().commit()

    def rollback(self) -> None:
        with self.turn:
            super().rollback()

    def close(self) -> None:
        with self.turn:
            super().close()


class _SharedCursor(sqlite3.Cursor):
    def __init__(self, connection: SharedConnection) -> None:
        self._turn = connection.turn
        super().__init__(connection)

    def execute(self, *arguments: Any) -> Any:
        with self._turn:
            return super().execute(*arguments)

    def executemany(self, *arguments: Any) -> Any:
        with self._turn:
            return super().executemany(*arguments)

    def executescript(self, script: str) -> Any:
        with self._turn:
            return super().executescript(script)

    def fetchone(self) -> Any:
        with self._turn:
            return super().fetchone()

    def fetchmany(self, *arguments: Any, **named: Any) -> Any:
        with self._turn:
            return super().fetchmany(*arguments, **named)

    def fetchall(self) -> Any:
        with self._turn:
            return super().fetchall()

    def __next__(self) -> Any:
        with self._turn:
            return super().__next__()

    def close(self) -> None:
        with self._turn:
            super().close()
