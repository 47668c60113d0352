"""Numbers over many rows, by value or by time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Float,
    Integer,
    Numeric,
    String,
    Uuid,
    and_,
    case,
    cast,
    func,
    select,
    true,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement
from sqlalchemy.types import NullType, TypeEngine

from stack_core.problem import BadQuery
from stack_core.query import Aggregate, Group, Measure, Reach

from ..instant import Instant
from .joining import Joining
from .layout import join_key
from .outline import count_parameter, parameter
from .period import first_day, local_moment
from .relation import Condition
from .statement import Statements

Reader = Callable[[Any], Any]

_FRACTION = 10
"""The digits after the point of a decimal whose column does not say."""


class AggregateStatement(NamedTuple):
    """A statement for groups, and what makes the answer's line of each of its rows."""

    statement: Any
    line: Reader


class Aggregation:
    """Builds the statement of one aggregate.

    :param offsets: by the position of a group, how many offsets its zone has.
    """

    def __init__(
        self, statements: Statements, reach: Reach, offsets: dict[int, int] | None = None
    ) -> None:
        self._statements = statements
        self._joining: Joining = statements.joining(reach)
        self._reach = reach
        self._offsets = offsets or {}
        self._database = statements.comparison.name
        self._inner: list[ColumnElement[Any]] = []

    def build(self, what: Aggregate, *more: Condition) -> AggregateStatement:
        """Return the statement, bounded by ``limit``."""
        grouped = [self._group(index, group) for index, group in enumerate(what.groups)]
        measured = [self._measure(measure) for measure in what.measures]
        rows = self._rows(what, *more)
        names = [name for group in grouped for name in group]
        columns = [rows.c[name] for name in names]
        readers: list[Reader] = []
        at = 0
        for group in grouped:
            readers.append(_read_group(at, len(group)))
            at += len(group)
        for makes, reader in measured:
            made = makes(rows.c)
            columns += [each.label(f"n{at + i}") for i, each in enumerate(made)]
            readers.append(_shifted(reader, at, len(made)))
            at += len(made)
        statement = select(*columns).select_from(rows)
        if names:
            statement = statement.group_by(*columns[: len(names)])
            ends = [end for column in columns[: len(names)] for end in self._ends(column)]
            statement = statement.order_by(*ends).limit(count_parameter("limit"))
        return AggregateStatement(statement, lambda row: tuple(each(row) for each in readers))

    def bounds(self, path: str, what: Aggregate, *more: Condition) -> Any:
        """Return the statement for the first and the last moment of a path."""
        (column,) = self._joining.value(path).columns
        self._inner.append(column.label("at"))
        rows = self._rows(what, *more)
        return select(func.min(rows.c.at), func.max(rows.c.at))

    def _rows(self, what: Aggregate, *more: Condition) -> Any:
        """Return what is grouped and measured as a table, so that each part is written once."""
        inner = self._inner or [true().label("one")]
        statement = select(*inner).select_from(self._statements.root)
        where = self._statements.conditions(what.where, self._reach, *more)
        return self._joining.apply(statement).where(*where).subquery()

    def _ends(self, column: ColumnElement[Any]) -> list[Any]:
        if self._database == "mysql":
            return [column.is_(None).asc(), column.asc()]
        return [column.asc().nulls_last()]

    def _group(self, index: int, group: Group) -> list[str]:
        columns = self._joining.value(group.path).columns
        if group.by != "value":
            local = self._local(index, group, columns[0])
            columns = (first_day(local, group.by, self._database),)
        else:
            exact = self._statements.comparison.exact
            columns = tuple(exact(each) for each in columns)
        names = [f"g{index}_{i}" for i in range(len(columns))]
        pairs = zip(columns, names, strict=True)
        self._inner += [column.label(name) for column, name in pairs]
        return names

    def _local(self, index: int, group: Group, column: ColumnElement[Any]) -> ColumnElement[Any]:
        if isinstance(column.type, Date):
            return column
        if not isinstance(column.type, DateTime | Instant):
            raise BadQuery(f"{group.path!r} is no date. Group it by its values.")
        if not is_zoned(column.type):
            return column
        if self._database == "postgresql":
            return func.timezone(parameter(f"z{index}", String()), column)
        return local_moment(column, f"z{index}", self._offsets.get(index, 1), self._database)

    def _measure(self, measure: Measure) -> tuple[Callable[[Any], list[Any]], Reader]:
        if measure.what == "count" and not measure.path:
            return (lambda c: [func.count()]), _whole
        columns = list(self._joining.value(measure.path).columns)
        if measure.what == "count":
            present = and_(*(each.is_not(None) for each in columns))
            name = self._add(case((present, 1)))
            return (lambda c: [func.count(c[name])]), _whole
        first, *more = columns
        if more:
            raise BadQuery(f"{measure.path!r} has several columns, so it can only be counted.")
        if measure.what in ("min", "max"):
            return self._extreme(measure, first)
        return self._sum(measure, first)

    def _extreme(
        self, measure: Measure, column: ColumnElement[Any]
    ) -> tuple[Callable[[Any], list[Any]], Reader]:
        chosen = func.min if measure.what == "min" else func.max
        type_: TypeEngine[Any] = column.type
        if self._database == "postgresql" and isinstance(type_, Boolean):
            name = self._add(cast(column, Integer))
            return (lambda c: [cast(chosen(c[name]), Boolean)]), _same
        if self._database == "postgresql" and isinstance(type_, Uuid):
            name = self._add(cast(column, String))
            return (lambda c: [cast(chosen(c[name]), type_)]), _same
        name = self._add(column)
        return (lambda c: [type_coerce(chosen(c[name]), type_)]), _same

    def _sum(
        self, measure: Measure, column: ColumnElement[Any]
    ) -> tuple[Callable[[Any], list[Any]], Reader]:
        type_ = column.type
        if isinstance(type_, Numeric) and type_.asdecimal:
            scale = _FRACTION if type_.scale is None else type_.scale
            read: Callable[[Any], Any] = _decimal
            if self._database == "sqlite":
                # It keeps decimals as floating point, whose sums are off in the last digits.
                column = cast(func.round(type_coerce(column, Float) * 10**scale), BigInteger)
                read = _scaled(scale)
        elif isinstance(type_, Integer):
            read = int
        elif isinstance(type_, Float | Numeric):
            read = float
        else:
            raise BadQuery(f"{measure.path!r} is no number. Count it instead.")
        name = self._add(column)
        if measure.what == "sum":
            return (lambda c: [_untyped(func.sum(c[name]))]), _present(read)
        return (lambda c: [_untyped(func.sum(c[name])), func.count(c[name])]), _mean(read)

    def _add(self, column: ColumnElement[Any]) -> str:
        name = f"m{len(self._inner)}"
        self._inner.append(column.label(name))
        return name


def is_zoned(type_: TypeEngine[Any]) -> bool:
    """Tell whether a column has moments, whose day depends on the zone."""
    return isinstance(type_, Instant) or (isinstance(type_, DateTime) and type_.timezone)


def zoned_groups(what: Aggregate, statements: Statements, reach: Reach) -> Iterator[int]:
    """Yield the positions of the groups that fall into the days of a zone."""
    joining = statements.joining(reach)
    for index, group in enumerate(what.groups):
        if group.by != "value" and is_zoned(joining.value(group.path).columns[0].type):
            yield index


def _untyped(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return a number as its driver gives it, for no type fits every sum."""
    return type_coerce(column, NullType())


def _read_group(at: int, count: int) -> Reader:
    if count == 1:
        return lambda row: row[at]
    return lambda row: join_key(row[at : at + count])


def _shifted(reader: Reader, at: int, count: int) -> Reader:
    return lambda row: reader(row[at : at + count])


def _whole(values: Sequence[Any]) -> int:
    return int(values[0])


def _same(values: Sequence[Any]) -> Any:
    return values[0]


def _present(read: Callable[[Any], Any]) -> Reader:
    return lambda values: None if values[0] is None else read(values[0])


def _mean(read: Callable[[Any], Any]) -> Reader:
    def mean(values: Sequence[Any]) -> Any:
        total, count = values
        if total is None:
            return None
        exact = read(total)
        return exact / count if isinstance(exact, Decimal) else float(exact) / count

    return mean


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _scaled(scale: int) -> Callable[[Any], Decimal]:
    return lambda value: Decimal(int(value)).scaleb(-scale)
