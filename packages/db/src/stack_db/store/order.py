"""Orders that are total and alike on every database, and the rows beyond a position in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    CHAR,
    Double,
    Enum,
    Float,
    String,
    TypeDecorator,
    and_,
    cast,
    false,
    literal_column,
    or_,
    true,
    tuple_,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import TypeEngine

from stack_core.query import Position

from .joining import Joining
from .outline import parameter

Condition = ColumnElement[bool]

_DOUBLE_BITS = 25
"""The precision from which on a FLOAT is a double."""


class Term(NamedTuple):
    """One column of an order."""

    column: ColumnElement[Any]
    descending: bool
    nullable: bool


class Mark(NamedTuple):
    """A position's outline.

    :param missing: of each value, whether there is none.
    :param whole: it names one row; otherwise all that begin with these values.
    """

    missing: tuple[bool, ...]
    whole: bool
    backwards: bool


class Order:
    """The order of one statement, down to its key.

    :param paths: as :func:`with_key` returns them.
    """

    def __init__(self, joining: Joining, paths: Sequence[str], database: str) -> None:
        self._database = database
        self._items: list[list[Term]] = []
        for path in paths:
            value = joining.value(path.removeprefix("-"))
            descending = path.startswith("-")
            columns = [self._sortable(each) for each in value.columns]
            self._items.append([Term(each, descending, value.nullable) for each in columns])

    def columns(self) -> list[Any]:
        """Return the columns of the order, named so that :meth:`by` finds them in a table."""
        terms = [term for terms in self._items for term in terms]
        return [term.column.label(f"o{index}") for index, term in enumerate(terms)]

    def by(self, *, backwards: bool, table: Any = None) -> list[Any]:
        """Return what goes behind ``ORDER BY``, with missing values last, or first backwards.

        :param table: the one that has the columns; otherwise they are where they are.
        """
        terms = [term for terms in self._items for term in terms]
        if table is not None:
            terms = [term._replace(column=table.c[f"o{i}"]) for i, term in enumerate(terms)]
        return [each for term in terms for each in self._sort(term, backwards)]

    def beyond(self, mark: Mark) -> list[Condition]:
        """Return the conditions of the rows beyond a position; each is a range of the order.

        There are two where a column may be missing: one range cannot hold
        those with a value and those without.
        """
        items = self._items[: len(mark.missing)]
        if not items:
            return []
        terms = [term for item in items for term in item]
        values = [
            parameter(f"p{i}_{j}", term.column.type)
            for i, item in enumerate(items)
            for j, term in enumerate(item)
        ]
        missing = [mark.missing[i] for i, item in enumerate(items) for _ in item]
        mark = mark._replace(missing=tuple(missing))
        if self._in_one_direction(terms):
            return [self._by_row(terms, values, mark)]
        first, value = terms[0], values[0]
        if not first.nullable:
            return [and_(self._bound(first, value, mark), self._nested(terms, values, mark, 0))]
        return self._ranges(terms, values, mark)

    def _sortable(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """Return a column that is sorted as it compares with what was read of it.

        MariaDB sorts an ENUM by its place in the list, and compares it as text. A
        float of single precision is read with fewer digits than it is compared by.
        """
        kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
        if self._database == "mysql" and isinstance(kind, Enum) and kind.native_enum:
            return type_coerce(cast(column, CHAR), column.type)
        if not _is_single(kind, self._database):
            return column
        if self._database == "mysql":
            read: Any = literal_column("0e0").op("+")(cast(column, CHAR))
        else:
            read = cast(cast(column, String), Double)
        return type_coerce(read, Double())

    def _ranges(self, terms: list[Term], values: list[Any], mark: Mark) -> list[Condition]:
        first, value = terms[0], values[0]
        rest = self._nested(terms, values, mark, 1) if len(terms) > 1 else None
        end: Condition = rest if rest is not None else _at_end(mark)
        absent = first.column.is_(None)
        if mark.missing[0]:
            same = and_(absent, end)
            return [same, first.column.is_not(None)] if mark.backwards else [same]
        present = and_(self._bound(first, value, mark), or_(_past(first, value, mark), end))
        return [present] if mark.backwards else [present, absent]

    def _nested(self, terms: list[Term], values: list[Any], mark: Mark, index: int) -> Condition:
        term, value, missing = terms[index], values[index], mark.missing[index]
        last = index + 1 == len(terms)
        end = _at_end(mark) if last else self._nested(terms, values, mark, index + 1)
        if missing:
            same = and_(term.column.is_(None), end)
            return or_(same, term.column.is_not(None)) if mark.backwards else same
        parts = [_past(term, value, mark), and_(term.column == value, end)]
        if term.nullable and not mark.backwards:
            parts.append(term.column.is_(None))
        return or_(*parts)

    def _bound(self, term: Term, value: Any, mark: Mark) -> Condition:
        """Return what limits the range of an index, whatever follows decides."""
        if term.descending is mark.backwards:
            return _condition(term.column >= value)
        return _condition(term.column <= value)

    def _in_one_direction(self, terms: list[Term]) -> bool:
        # MariaDB reads the whole index for a row value.
        return (
            self._database in ("sqlite", "postgresql")
            and len(terms) > 1
            and not any(term.nullable for term in terms)
            and len({term.descending for term in terms}) == 1
        )

    def _by_row(self, terms: list[Term], values: list[Any], mark: Mark) -> Condition:
        row, other = tuple_(*(term.column for term in terms)), tuple_(*values)
        upwards = terms[0].descending is mark.backwards
        if mark.whole or mark.backwards:
            return row > other if upwards else row < other
        return row >= other if upwards else row <= other

    def _sort(self, term: Term, backwards: bool) -> list[Any]:
        descending = term.descending is not backwards
        column = term.column.desc() if descending else term.column.asc()
        if not term.nullable:
            return [column]
        if self._database == "mysql":
            absent = term.column.is_(None)
            return [absent.desc() if backwards else absent.asc(), column]
        return [column.nulls_first() if backwards else column.nulls_last()]


def with_key(paths: Sequence[str]) -> list[str]:
    """Return an order down to the key, behind which nothing is left to be decided."""
    for position, path in enumerate(paths):
        if path in ("", "-"):
            return list(paths[: position + 1])
    return [*paths, ""]


def mark_position(position: Position, count: int) -> tuple[Mark, dict[str, Any]]:
    """Return a position's outline, and its values by name.

    :param count: how many values a whole position has.
    :raises ValueError: it has more.
    """
    given = position.values
    if len(given) > count:
        raise ValueError(f"The position has {len(given)} values, but its order has {count}.")
    bound = {}
    for i, value in enumerate(given):
        if value is not None:
            for j, each in enumerate(value if isinstance(value, tuple) else (value,)):
                bound[f"p{i}_{j}"] = each
    missing = tuple(value is None for value in given)
    return Mark(missing, len(given) == count, position.backwards), bound


def _is_single(kind: TypeEngine[Any], database: str) -> bool:
    """Tell whether a type is a float of single precision."""
    if not isinstance(kind, Float) or isinstance(kind, Double):
        return False
    real, bits = kind.__visit_name__ == "REAL", kind.precision or 0
    if database == "mysql":
        return not real and bits < _DOUBLE_BITS
    return database == "postgresql" and (real or 0 < bits < _DOUBLE_BITS)


def _past(term: Term, value: Any, mark: Mark) -> Condition:
    if term.descending is mark.backwards:
        return _condition(term.column > value)
    return _condition(term.column < value)


def _condition(made: Condition) -> Condition:
    """Tell mypy, whom SQLAlchemy does not, what a comparison makes."""
    return made


def _at_end(mark: Mark) -> Condition:
    """Return whether the very values of a position are beyond it."""
    return false() if mark.whole or mark.backwards else true()
