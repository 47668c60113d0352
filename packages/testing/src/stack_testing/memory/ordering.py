"""Orders of rows, and the pages that are cut out of them."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from functools import total_ordering
from typing import Any

from stack_core.query import Page, Position, Query, Total

from .record import View


@total_ordering
class Falling:
    """A value that sorts the other way round."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Falling) and bool(self.value == other.value)

    def __lt__(self, other: Falling) -> bool:
        return bool(other.value < self.value)


class Order:
    """A total order: the paths, and the key at the end.

    :param paths: with ``-`` in front for descending.
    """

    def __init__(self, paths: Sequence[str]) -> None:
        steps = [(path.removeprefix("-"), path.startswith("-")) for path in paths]
        named = [path for path, _ in steps]
        # Behind the key nothing is left to be decided.
        self.steps = steps[: named.index("") + 1] if "" in named else [*steps, ("", False)]

    def values(self, view: View) -> tuple[Any, ...]:
        """Return what a row is sorted by, its key last."""
        return tuple(view.value(path) for path, _ in self.steps)

    def rank(self, values: Iterable[Any]) -> tuple[tuple[bool, Any], ...]:
        """Return what sorts as values do; missing ones come last either way."""
        return tuple(
            (value is None, _ranked(value, falling))
            for value, (_, falling) in zip(values, self.steps, strict=False)
        )

    def cut(self, views: Iterable[View], query: Query) -> Page:
        """Return the page of a query out of all rows that it finds."""
        found = [(self.values(view), view) for view in views]
        ranked = sorted(((self.rank(values), values, view) for values, view in found), key=_first)
        start, stop = self._span([rank for rank, _, _ in ranked], query)
        page = ranked[start:stop]
        return Page(
            fields=query.fields,
            rows=[tuple(view.value(path) for path in query.fields) for _, _, view in page],
            keys=[view.key for _, _, view in page],
            total=_count(len(ranked), query),
            next=Position(page[-1][1]) if page and stop < len(ranked) else None,
            previous=Position(page[0][1], backwards=True) if page and start else None,
            searched="scan" if query.search else "none",
        )

    def _span(self, ranks: list[Any], query: Query) -> tuple[int, int]:
        """Return where a page begins and ends among all rows."""
        if query.position is None:
            return query.offset, query.offset + query.limit
        mark = self.rank(query.position.values)
        jump = len(mark) < len(self.steps)
        before = sum(1 for rank in ranks if rank[: len(mark)] < mark)
        if query.position.backwards:
            before = before if mark else len(ranks)
            return max(0, before - query.limit), before
        start = before if jump else sum(1 for rank in ranks if rank <= mark)
        return start, start + query.limit


def _first(entry: tuple[Any, ...]) -> Any:
    return entry[0]


def _ranked(value: Any, falling: bool) -> Any:
    if value is None:
        return 0
    if isinstance(value, enum.Enum):
        value = list(type(value)).index(value)
    return Falling(value) if falling else value


def _count(found: int, query: Query) -> Total | None:
    if query.total == "none":
        return None
    if query.total == "capped" and found > query.cap:
        return Total(query.cap, "capped")
    return Total(found)
