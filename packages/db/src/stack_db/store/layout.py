"""Where in a statement's rows the values of paths stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from typing import Any

from sqlalchemy.sql import ColumnElement

from .joining import Joining

Getter = Callable[[Any], Any]


class Layout:
    """The columns of one statement, each path once."""

    def __init__(self, joining: Joining) -> None:
        self._joining = joining
        self._spans: dict[str, tuple[int, int]] = {}
        self.columns: list[ColumnElement[Any]] = []

    def rows(self, paths: Sequence[str]) -> Getter:
        """Select paths, and return what makes their tuple of a row."""
        spans = [self._span(path) for path in paths]
        if all(count == 1 for _, count in spans):
            return _plain([start for start, _ in spans])
        getters = [find_value(span) for span in spans]
        return lambda row: tuple(getter(row) for getter in getters)

    def value(self, path: str) -> Getter:
        """Select a path, and return what takes its value out of a row."""
        return find_value(self._span(path))

    def _span(self, path: str) -> tuple[int, int]:
        found = self._spans.get(path)
        if found is None:
            columns = self._joining.value(path).columns
            found = self._spans[path] = (len(self.columns), len(columns))
            start = len(self.columns)
            self.columns += [each.label(f"c{start + i}") for i, each in enumerate(columns)]
        return found


def _plain(indexes: Sequence[int]) -> Getter:
    if len(indexes) > 1:
        return itemgetter(*indexes)
    if not indexes:
        return lambda row: ()
    one = itemgetter(indexes[0])
    return lambda row: (one(row),)


def find_value(span: tuple[int, int]) -> Getter:
    """Return what takes a value out of a row: where it begins, and of how many columns it is."""
    start, count = span
    return itemgetter(start) if count == 1 else lambda row: join_key(row[start : start + count])


def join_key(values: Iterable[Any]) -> tuple[Any, ...] | None:
    """Return the columns' values of a composite key as one, or None if it is not whole."""
    found = tuple(values)
    return None if None in found else found
