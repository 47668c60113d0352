"""The tables that stores in memory share, their transactions and savepoints."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeAlias

from stack_core.description import Key
from stack_core.problem import Unavailable

Snapshot: TypeAlias = Mapping[str, Mapping[Key, Any]]
"""The rows of every kind by their keys, as somebody sees them."""

PATIENCE = 10.0
"""How many seconds a writer waits for another thread's transaction."""


class Transaction:
    """What one thread has written and not yet committed.

    A table is copied before the first write into it, so whoever reads what is
    committed is not disturbed.
    """

    def __init__(self, committed: Snapshot) -> None:
        self.tables: dict[str, Mapping[Key, Any]] = dict(committed)
        self.after: list[Callable[[], None]] = []
        """What is called once it is committed."""
        self._own: dict[str, dict[Key, Any]] = {}
        self._undo: list[tuple[str, Key, Any]] = []

    def put(self, kind: str, key: Key, row: Any) -> None:
        """Write a row, or take it away with None."""
        table = self._own.get(kind)
        if table is None:
            table = self._own[kind] = dict(self.tables.get(kind, {}))
            self.tables[kind] = table
        self._undo.append((kind, key, table.get(key)))
        _set(table, key, row)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Undo what is written in the block, and what it would tell, where the block raises."""
        writes, tellings = len(self._undo), len(self.after)
        try:
            yield
        except BaseException:
            while len(self._undo) > writes:
                kind, key, row = self._undo.pop()
                _set(self._own[kind], key, row)
            del self.after[tellings:]
            raise


class Tables:
    """The rows of stores that know each other. Threads write one after the other."""

    def __init__(self) -> None:
        self._committed: Snapshot = {}
        self._counters: dict[str, int] = {}
        self._writing = threading.Lock()
        self._own = threading.local()

    def snapshot(self) -> Snapshot:
        """Return the rows as this thread sees them: its own writes, and what is committed."""
        mine: Transaction | None = getattr(self._own, "transaction", None)
        return self._committed if mine is None else mine.tables

    def count_up(self, kind: str) -> int:
        """Return a number that no row of a kind has or had as its key."""
        self._counters[kind] = self._counters.get(kind, 0) + 1
        return self._counters[kind]

    def note_key(self, kind: str, key: Key) -> None:
        """Remember that a key is taken."""
        if isinstance(key, int):
            self._counters[kind] = max(key, self._counters.get(kind, 0))

    @contextmanager
    def transaction(self) -> Iterator[Transaction]:
        """Open a transaction, or a savepoint where this thread has one open.

        :raises Unavailable: another thread's took too long.
        """
        mine: Transaction | None = getattr(self._own, "transaction", None)
        if mine is not None:
            with mine.savepoint():
                yield mine
            return
        if not self._writing.acquire(timeout=PATIENCE):
            raise Unavailable(
                "Another thread's transaction has not ended. Try again.",
                headers={"Retry-After": "1"},
            )
        try:
            mine = self._own.transaction = Transaction(self._committed)
            yield mine
            self._committed = mine.tables
        finally:
            self._own.transaction = None
            self._writing.release()
        for tell in mine.after:
            tell()


def _set(table: dict[Key, Any], key: Key, row: Any) -> None:
    if row is None:
        table.pop(key, None)
    else:
        table[key] = row
