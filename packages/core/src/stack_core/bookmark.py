"""The ends of one list as cursors: bound to its kind and order, read again where too long."""

from __future__ import annotations

from typing import Any

from flask import Flask

from .cursor import read_cursor, write_cursor
from .inspection import Inspection
from .path import Path
from .plan import Plan
from .problem import BadQuery
from .query import Position
from .store import Store


class Bookmarks:
    """Writes and reads the cursors of one kind in one order, which is a plan's.

    :param bare: they carry keys alone.
    """

    def __init__(self, app: Flask, plan: Plan, *, bare: bool = False) -> None:
        self._app = app
        self._bare = bare
        self._paths = plan.order
        self._bound = plan.bound

    def write(self, position: Position | None) -> str | None:
        """Return the cursor of a position, and None where the list ends."""
        if position is None:
            return None
        return write_cursor(self._app, self._bound, position, bare=self._bare)

    def read(self, text: str, store: Store, asked: Inspection) -> Position:
        """Return the position of a cursor.

        :raises BadQuery: it is not one of this list, or its row is gone.
        """
        types = [_python(path) for path in self._paths]
        spot = read_cursor(self._app, self._bound, text, order=types[:-1], key=types[-1])
        if not spot.key_only:
            return Position(spot.values, spot.backwards)
        key = spot.values[-1]
        fields = ("", *(path.text for path in self._paths[:-1]))
        row = store.row(key, fields, asked.reach("read"))
        if row is None:
            raise BadQuery("The row where this page began is gone. Begin with the first page.")
        return Position((*row[1:], key), spot.backwards)


def _python(path: Path) -> Any:
    types = tuple(column.python for column in path.columns)
    return types[0] if len(types) == 1 else types
