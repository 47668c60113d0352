"""Which rows, which of their fields, in which order; and what is answered."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from .description import Key
from .filter import TRUE, Filter

__all__ = [
    "EVERYTHING",
    "Aggregate",
    "Group",
    "Measure",
    "Page",
    "Position",
    "Query",
    "Reach",
    "Total",
]


class Position(msgspec.Struct, frozen=True):
    """Between two rows of an order: the values of the row before it, its key last.

    :param values: fewer than the order has begin at the first row with those: a jump by value.
        None at all are the beginning, or backwards the end: the last rows.
    :param backwards: the rows before the position, not those after it.
    """

    values: tuple[Any, ...]
    backwards: bool = False


class Query(msgspec.Struct, frozen=True, kw_only=True):
    """Which rows, which of their fields, in which order.

    :param search: words, each of which a searchable field must contain, as ``contains`` has it;
        any of the fields will do for any of the words.
    :param search_in: names of searchable fields, where it is looked for in some of them only.
    :param order: paths, with ``-`` in front for descending; the key always comes last.
    :param offset: how many rows to leave out; used where there is no position.
    :param total: how exact a count is wanted. ``capped`` counts to ``cap`` and no further.
    """

    fields: tuple[str, ...]
    where: Filter = TRUE
    search: str = ""
    search_in: tuple[str, ...] | None = None
    order: tuple[str, ...] = ()
    position: Position | None = None
    offset: int = 0
    limit: int = 50
    total: Literal["exact", "estimate", "capped", "none"] = "none"
    cap: int = 1000


class Total(msgspec.Struct, frozen=True):
    """How many rows there are, and how that is known.

    :param count: with ``capped``, at least so many: the count stopped there.
    """

    count: int
    how: Literal["exact", "estimate", "capped"] = "exact"


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """The rows of one query between two positions.

    :param rows: plain tuples of exactly ``fields``.
    :param keys: of the same rows, whether or not the key was asked for.
    :param searched: how the search was done: by an index, by reading every
        row, or by reading rows up to a bound, beyond which there may be more.
    """

    fields: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    keys: list[Key]
    total: Total | None = None
    next: Position | None = None
    previous: Position | None = None
    searched: Literal["none", "index", "scan", "bounded"] = "none"


class Measure(msgspec.Struct, frozen=True):
    """One number over many rows; values that are missing do not count.

    :param path: may be empty for a count, which is then of rows.
    """

    what: Literal["count", "sum", "avg", "min", "max"]
    path: str = ""


class Group(msgspec.Struct, frozen=True):
    """Rows are counted together that have the same value, or fall into the same time.

    A time is given as the date of its first day; weeks begin on Monday.

    :param zone: where a day begins, such as ``Europe/Vienna``.
    """

    path: str
    by: Literal["value", "day", "week", "month", "year"] = "value"
    zone: str = "UTC"


class Aggregate(msgspec.Struct, frozen=True, kw_only=True):
    """Which numbers over which rows; its answer has the groups' values, then the measures'.

    Its lines are in the order of the groups' values.
    """

    measures: tuple[Measure, ...]
    groups: tuple[Group, ...] = ()
    where: Filter = TRUE
    search: str = ""
    search_in: tuple[str, ...] | None = None
    limit: int = 1000


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What the asker may reach. A query says what is wanted, a reach what is allowed.

    :param row: which rows of the kind itself.
    :param through: by kind, which rows are seen through a relation.
    :param trusted: a kind that is not named is seen whole.
    """

    row: Filter = TRUE
    through: tuple[tuple[str, Filter], ...] = ()
    trusted: bool = False

    def of(self, kind: str) -> Filter:
        """Return which rows of another kind are seen.

        :raises LookupError: nobody said so.
        """
        for name, part in self.through:
            if name == kind:
                return part
        if self.trusted:
            return TRUE
        raise LookupError(f"No scope was given for {kind!r}.")


EVERYTHING = Reach(trusted=True)
"""For scripts, seeds and tests: code that is not asked by anybody."""
