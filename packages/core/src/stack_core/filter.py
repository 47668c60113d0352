"""Conditions as data: the same tree is SQL in a store and is held against objects here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Literal, Protocol, TypeAlias, get_args

import msgspec

__all__ = [
    "FALSE",
    "OPERATORS",
    "TRUE",
    "All",
    "AnyOf",
    "Filter",
    "Is",
    "Not",
    "Operator",
    "Reader",
    "Rule",
    "Some",
    "holds",
    "parts",
]

Operator = Literal["eq", "lt", "le", "gt", "ge", "in", "null", "contains", "starts"]
"""How :class:`Is` compares; there is no ``ne``, which is :class:`Not` of ``eq``."""
OPERATORS: tuple[Operator, ...] = get_args(Operator)
"""All of them."""


class Is(msgspec.Struct, frozen=True, tag="is"):
    """The value of a path compares with another.

    :param value: of the field's own type; a list of them for ``in``; True or
        False for ``null``; text for ``contains`` and ``starts``. A desk takes
        text of a query string for each of them, save for the list itself.
    """

    path: str
    op: Operator
    value: Any


class All(msgspec.Struct, frozen=True, tag="all"):
    """Every part holds; without parts, always."""

    parts: tuple[Filter, ...] = ()


class AnyOf(msgspec.Struct, frozen=True, tag="any"):
    """One of the parts holds; without parts, never."""

    parts: tuple[Filter, ...] = ()


class Not(msgspec.Struct, frozen=True, tag="not"):
    """The part does not hold."""

    part: Filter


class Some(msgspec.Struct, frozen=True, tag="some"):
    """One row of a to-many relation is such that all of the part holds.

    The paths inside begin at that row.
    """

    path: str
    part: Filter = All()


class Rule(msgspec.Struct, frozen=True, tag="rule"):
    """A rule that the model declares by name."""

    name: str
    values: tuple[Any, ...] = ()


Filter: TypeAlias = Is | All | AnyOf | Not | Some | Rule
"""A condition on a row, as a tree."""
TRUE: Filter = All()
"""Holds always."""
FALSE: Filter = AnyOf()
"""Holds never."""


class Reader(Protocol):
    """How a filter reads one object."""

    def value(self, path: str) -> Any:
        """Return the value of a path, or None where a relation on it is missing."""
        ...

    def some(self, path: str) -> Iterable[Reader]:
        """Return the rows of a to-many relation."""
        ...

    def rule(self, name: str, values: tuple[Any, ...]) -> bool:
        """Tell whether a named rule holds."""
        ...


def holds(part: Filter, row: Reader) -> bool:
    """Tell whether a filter holds for one object.

    A comparison with a missing value is false, and its ``Not`` is true.
    """
    match part:
        case Is(path, op, value):
            return _compares(op, row.value(path), value)
        case All(inner):
            return all(holds(each, row) for each in inner)
        case AnyOf(inner):
            return any(holds(each, row) for each in inner)
        case Not(one):
            return not holds(one, row)
        case Some(path, one):
            return any(holds(one, other) for other in row.some(path))
        case Rule(name, values):
            return row.rule(name, values)


def parts(part: Filter) -> Iterator[Filter]:
    """Yield a filter and all that it is made of, from the outside in."""
    yield part
    match part:
        case All(inner) | AnyOf(inner):
            for each in inner:
                yield from parts(each)
        case Not(one) | Some(_, one):
            yield from parts(one)


def fold(text: str) -> str:
    """Return text with its ASCII letters small and all others as they are."""
    return text.translate(_SMALL)


_SMALL = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def _compares(op: Operator, value: Any, other: Any) -> bool:
    if op == "null":
        return (value is None) == bool(other)
    if value is None:
        return False
    match op:
        case "eq":
            return bool(value == other)
        case "in":
            return value in other
        case "contains":
            return fold(other) in fold(value)
        case "starts":
            return fold(value).startswith(fold(other))
    if other is None:
        return False
    match op:
        case "lt":
            return bool(value < other)
        case "le":
            return bool(value <= other)
        case "gt":
            return bool(value > other)
        case _:
            return bool(value >= other)
