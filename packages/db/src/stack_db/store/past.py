"""What was done to a row, and writing back what it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stack_core.description import Key
from stack_core.event import Change
from stack_core.problem import NotFound, Unable
from stack_core.query import Reach
from stack_core.store import Saved

from .object_work import ObjectWork
from .row_work import RowWork
from .writer import Writer, is_scoped

_NOTHING = "There is no such row, or there was none at that time."


class Past:
    """The history of the rows of one kind."""

    def __init__(self, writer: Writer, rows: RowWork, objects: ObjectWork) -> None:
        self._writer = writer
        self._rows = rows
        self._objects = objects

    def history(self, key: Key, reach: Reach, limit: int) -> list[Change]:
        """Return what was done to a row, newest first; of one that is gone, only to whom all is.

        :raises NotFound: there is no such row in reach.
        :raises Unable: the kind keeps no history.
        """
        from ..history import read_history

        writer = self._writer
        self._require_history()
        with writer.transactions.reading() as connection:
            there = writer.reads.keys_within([key], reach, connection)
            if not there and is_scoped(reach):
                raise writer.no_such_row()
            found = read_history(writer.kind, key, connection, limit=limit)
        if not there and not found:
            raise writer.no_such_row()
        return found

    def restore(self, key: Key, at: float, reach: Reach) -> Saved:
        """Write the values back that a row had at a time; one that is gone comes back.

        :raises NotFound: there is no such row in reach, or there was none; or it is gone,
            and whoever asks may write some rows only.
        :raises Denied: the row would lie out of reach.
        """
        writer = self._writer
        self._require_history()
        with writer.transactions.reading() as connection:
            values = self._values(key, at, connection)
            state = self._rows.current.find_state(connection, key)
            if state == "there":
                writer.require(key, reach, connection)
        session = writer.transactions.settle()
        if state == "gone":
            if is_scoped(reach):
                # It may have been out of reach when it was deleted, which nobody can ask it.
                raise writer.no_such_row()
            values = {**self._of_key(key), **values}
            by_object = writer.own_code.sees("create", values, session)
            work: Any = self._objects if by_object else self._rows
            made: Saved = work.create(values, reach, action="restore")
            return made
        names = [*values, writer.kind.soft] if writer.kind.soft else values
        by_object = writer.own_code.sees("update", names, session) or writer.loaded(key, session)
        work = self._objects if by_object else self._rows
        revived = state == "marked"
        saved: Saved = work.update(key, values, reach, None, action="restore", revived=revived)
        return saved

    def _values(self, key: Key, at: float, connection: Any) -> Mapping[str, Any]:
        from ..history import values_at

        try:
            return values_at(self._writer.kind, key, at, connection)
        except LookupError:
            raise NotFound(_NOTHING) from None

    def _of_key(self, key: Key) -> dict[str, Any]:
        """Return a key as values of fields."""
        placement = self._writer.placement
        parts = dict(
            zip((column.key for column in placement.key), placement.split_key(key), strict=True)
        )
        return {
            name: placement.join(tuple(parts[column.key] for column in columns))
            for name, columns in placement.columns.items()
            if all(column.key in parts for column in columns)
        }

    def _require_history(self) -> None:
        if not self._writer.kind.history:
            raise Unable(
                f"{self._writer.kind.description.kind!r} keeps no history."
                " Say so on its model: __kind__ = kind(history=True)."
            )
