"""Writing the things of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, TypeVar

from stack_core.description import Key
from stack_core.event import Change
from stack_core.filter import Filter
from stack_core.query import Reach
from stack_core.store import Ability, Related, Saved

from .many_rows import ManyRows
from .object_work import ObjectWork
from .past import Past
from .row_work import RowWork
from .where_work import WhereWork
from .writer import Writer

T = TypeVar("T")


class Writes:
    """Writes one kind of thing on one application; many threads may use it at once.

    Each write is a transaction of its own, or stands behind a savepoint where
    a transaction is open.

    :param writer: what every write needs.
    """

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._rows = RowWork(writer)
        self._objects = ObjectWork(writer)
        self._many = ManyRows(writer, self._rows, self._objects)
        self._where = WhereWork(writer, self._objects)
        self._past = Past(writer, self._rows, self._objects)

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do beyond the required."""
        past: set[Ability] = {"history", "restore"} if self._writer.kind.history else set()
        return frozenset({"bulk", "related", *past})

    @contextmanager
    def transaction(self, work: T) -> Iterator[T]:
        """Open a transaction, or a savepoint where one is open, and give what writes in it."""
        with self._writer.explained(), self._writer.transactions.open():
            yield work

    def create(self, values: Mapping[str, Any], reach: Reach) -> Saved:
        """Create a row."""
        session = self._writer.transactions.settle()
        if self._writer.own_code.sees("create", values, session):
            return self._objects.create(values, reach)
        return self._rows.create(values, reach, session=session)

    def update(
        self, key: Key, values: Mapping[str, Any], reach: Reach, *, version: Any = None
    ) -> Saved:
        """Write what differs."""
        session = self._writer.transactions.settle()
        seen = self._writer.own_code.sees("update", values, session)
        if seen or self._writer.loaded(key, session):
            return self._objects.update(key, values, reach, version)
        return self._rows.update(key, values, reach, version)

    def delete(self, key: Key, reach: Reach, *, version: Any = None) -> Saved:
        """Delete a row, or mark it as deleted where its model says so."""
        writer = self._writer
        session = writer.transactions.settle()
        marks = bool(writer.kind.soft)
        names = (writer.kind.soft,) if marks else ()
        seen = writer.own_code.sees("update" if marks else "delete", names, session)
        if seen or writer.loaded(key, session):
            return self._objects.delete(key, reach, version)
        return self._rows.delete(key, reach, version)

    def create_many(self, rows: Iterable[Mapping[str, Any]], reach: Reach) -> int:
        """Create all of the rows or none, and return how many."""
        return self._many.create(rows, reach)

    def update_where(self, where: Filter, values: Mapping[str, Any], reach: Reach) -> int:
        """Update all of the rows that a filter finds or none, and return how many."""
        return self._where.update(where, values, reach)

    def delete_where(self, where: Filter, reach: Reach) -> int:
        """Delete all of the rows that a filter finds or none, and return how many."""
        return self._where.delete(where, reach)

    def restore(self, key: Key, at: float, reach: Reach) -> Saved:
        """Write the values back that the row had at a time, in seconds since 1970."""
        return self._past.restore(key, at, reach)

    def related(self, key: Key, reach: Reach) -> tuple[Related, ...]:
        """Return what a delete of this row would touch."""
        return self._writer.touching.related(key, reach)

    def history(self, key: Key, reach: Reach, *, limit: int = 50) -> list[Change]:
        """Return what was done to a row, newest first."""
        return self._past.history(key, reach, limit)
