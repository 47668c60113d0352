"""Numbers over many rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from stack_core.query import Aggregate, Group, Measure

from .record import View


def aggregate(what: Aggregate, views: Iterable[View]) -> list[tuple[Any, ...]]:
    """Return a line for each group, in the order of the groups' values; missing ones come last.

    Without groups there is one line, also of no rows.
    """
    groups: dict[tuple[Any, ...], list[View]] = {} if what.groups else {(): []}
    for view in views:
        values = tuple(_group(group, view) for group in what.groups)
        groups.setdefault(values, []).append(view)
    ordered = sorted(groups, key=lambda values: [(value is None, value) for value in values])
    return [
        (*values, *(_measure(measure, groups[values]) for measure in what.measures))
        for values in ordered[: what.limit]
    ]


def _group(group: Group, view: View) -> Any:
    value = view.value(group.path)
    if group.by == "value" or value is None:
        return value
    day = value.astimezone(ZoneInfo(group.zone)).date() if isinstance(value, datetime) else value
    return _first_day(day, group.by)


def _first_day(day: date, by: str) -> date:
    match by:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "year":
            return day.replace(month=1, day=1)
        case _:
            return day


def _measure(measure: Measure, views: Sequence[View]) -> Any:
    if measure.what == "count" and not measure.path:
        return len(views)
    values = [value for view in views if (value := view.value(measure.path)) is not None]
    match measure.what:
        case "count":
            return len(values)
        case "min":
            return min(values, default=None)
        case "max":
            return max(values, default=None)
    if not values:
        return None
    total = sum(values, start=type(values[0])(0))
    if measure.what == "sum":
        return total
    return total / len(values) if isinstance(total, Decimal) else float(total) / len(values)
