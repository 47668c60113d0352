"""Writing the things of one kind."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stack_core.description import Key
from stack_core.query import Reach
from stack_core.store import Saved

from .object_work import ObjectWork
from .row_work import RowWork
from .writer import Writer


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

    def create(self, values: Mapping[str, Any], reach: Reach) -> Saved:
        """Create a row."""
        session = self._writer.transactions.settle()
        if self._writer.own_code.sees("create", values, session):
            return self._objects.create(values, reach)
        return self._rows.create(values, reach)

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
