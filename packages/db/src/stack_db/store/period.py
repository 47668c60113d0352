"""The days, weeks, months and years of a time zone, on databases that may know none."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import (
    Date,
    DateTime,
    Integer,
    String,
    case,
    cast,
    func,
    literal_column,
    type_coerce,
)
from sqlalchemy.sql import ColumnElement

from .outline import parameter

_STEP = timedelta(days=1)
_SQLITE = {
    "day": (),
    "week": ("weekday 0", "-6 days"),
    "month": ("start of month",),
    "year": ("start of year",),
}


class Offset(NamedTuple):
    """How far a zone's clocks are ahead of UTC, until the next one."""

    start: datetime
    seconds: int


@lru_cache(maxsize=100)
def find_offsets(zone: str, first_year: int, last_year: int) -> tuple[Offset, ...]:
    """Return the offsets of a zone from the beginning of one year to the end of another."""
    clock = ZoneInfo(zone)
    at = datetime(max(first_year, 2), 1, 1, tzinfo=UTC) - _STEP
    end = datetime(min(last_year, 9997) + 1, 1, 1, tzinfo=UTC) + _STEP
    found = [Offset(at, _seconds(clock, at))]
    while at < end:
        later = at + _STEP
        if _seconds(clock, later) != found[-1].seconds:
            found += _changes(clock, at, later, found[-1].seconds)
        at = later
    return tuple(found)


def _changes(clock: ZoneInfo, at: datetime, later: datetime, before: int) -> Iterator[Offset]:
    """Yield the change within a day, to the second."""
    span = range(int((later - at).total_seconds()) + 1)
    at_second = bisect_left(
        span, True, key=lambda second: _seconds(clock, at + timedelta(seconds=second)) != before
    )
    moment = at + timedelta(seconds=at_second)
    yield Offset(moment, _seconds(clock, moment))


def _seconds(clock: ZoneInfo, moment: datetime) -> int:
    offset = moment.astimezone(clock).utcoffset()
    return int(offset.total_seconds()) if offset is not None else 0


def local_moment(
    column: ColumnElement[Any], name: str, count: int, database: str
) -> ColumnElement[Any]:
    """Return a moment by the clocks of a zone whose offsets are bound under this name.

    :param count: how many offsets there are; the start of the first is left out.
    """
    offset = _choose(column, name, 0, count, database)
    if database == "sqlite":
        # Its clock has milliseconds and rounds, so that a day's end would be the next day.
        return func.datetime(func.substr(type_coerce(column, String), 1, 19), offset)
    return func.timestampadd(literal_column("SECOND"), offset, type_coerce(column, DateTime))


def bind_offsets(offsets: tuple[Offset, ...], name: str, database: str) -> dict[str, Any]:
    """Return the values that :func:`local_moment` names."""
    bound: dict[str, Any] = {}
    for index, (start, seconds) in enumerate(offsets):
        bound[f"{name}o{index}"] = f"{seconds:+d} seconds" if database == "sqlite" else seconds
        if index:
            bound[f"{name}s{index}"] = start
    return bound


def first_day(moment: ColumnElement[Any], by: str, database: str) -> ColumnElement[Any]:
    """Return the first day of the period that a local moment or a day falls into."""
    if database == "sqlite":
        day: ColumnElement[Any] = func.date(type_coerce(moment, String), *_SQLITE[by])
        return type_coerce(day, Date)
    if database == "postgresql":
        return cast(func.date_trunc(by, moment), Date)
    day = func.date(moment)
    if by == "week":
        day = _back(func.weekday(day), day)
    elif by == "month":
        day = _back(func.dayofmonth(day) - 1, day)
    elif by == "year":
        day = func.makedate(func.year(day), 1)
    return type_coerce(day, Date)


def _back(days: Any, day: ColumnElement[Any]) -> ColumnElement[Any]:
    return func.timestampadd(literal_column("DAY"), -days, day)


def _choose(
    column: ColumnElement[Any], name: str, low: int, high: int, database: str
) -> ColumnElement[Any]:
    """Return the offset at a moment, found by halves."""
    if high - low == 1:
        return parameter(f"{name}o{low}", String() if database == "sqlite" else Integer())
    middle = (low + high) // 2
    later = column >= parameter(f"{name}s{middle}", column.type)
    return case(
        (later, _choose(column, name, middle, high, database)),
        else_=_choose(column, name, low, middle, database),
    )
