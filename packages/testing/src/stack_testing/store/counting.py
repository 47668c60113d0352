"""The contract of numbers over many rows."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from stack_core.filter import FALSE, TRUE, Filter, Is
from stack_core.query import EVERYTHING, Aggregate, Group, Measure

from .demand import needs
from .reaching import ANN, reach
from .rows import BOOKS
from .stand import StoreStand


def days(zone: str) -> list[date]:
    """Return the day of each book's adding, where it has one."""
    moments = [row["added"] for row in BOOKS if row["added"] is not None]
    return [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]


def first_day(day: date, by: str) -> date:
    """Return the day with which a week, month or year begins."""
    if by == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if by == "month" else day.replace(month=1, day=1)


class CountingContract:
    """Numbers are those that Python counts."""

    @needs("aggregate")
    @pytest.mark.parametrize("where", [TRUE, Is("sold", "eq", True)], ids=["all", "some"])
    def test_measures(self, stores: StoreStand, where: Filter) -> None:
        """Missing values do not count; a count without a path is of rows."""
        rows = [row for row in BOOKS if where == TRUE or row["sold"]]
        pages = [row["pages"] for row in rows if row["pages"] is not None]
        prices = [row["price"] for row in rows if row["price"] is not None]
        what = Aggregate(
            measures=(
                Measure("count"),
                Measure("count", "pages"),
                Measure("sum", "pages"),
                Measure("avg", "pages"),
                Measure("min", "pages"),
                Measure("max", "pages"),
                Measure("sum", "price"),
                Measure("min", "published"),
                Measure("max", "added"),
            ),
            where=where,
        )
        (line,) = stores["book"].aggregate(what, EVERYTHING)
        assert line[:3] == (len(rows), len(pages), sum(pages))
        assert float(line[3]) == pytest.approx(sum(pages) / len(pages), rel=1e-4)
        assert line[4:6] == (min(pages), max(pages))
        assert line[6] == sum(prices, Decimal(0))
        assert isinstance(line[6], Decimal)
        assert line[7] == min(row["published"] for row in rows if row["published"] is not None)
        assert line[8] == max(row["added"] for row in rows if row["added"] is not None)

    @needs("aggregate")
    def test_numbers_of_nothing(self, stores: StoreStand) -> None:
        """Of no rows there is one line, whose count is nought and whose other numbers are None."""
        what = Aggregate(
            measures=(Measure("count"), Measure("sum", "pages"), Measure("min", "pages")),
            where=FALSE,
        )
        assert stores["book"].aggregate(what, EVERYTHING) == [(0, None, None)]
        grouped = Aggregate(measures=(Measure("count"),), groups=(Group("sold"),), where=FALSE)
        assert stores["book"].aggregate(grouped, EVERYTHING) == []

    @needs("aggregate")
    def test_groups_are_in_order(self, stores: StoreStand) -> None:
        """Lines are in the order of the groups' values; a missing one is a group, and the last."""
        counted = Counter(row["pages"] for row in BOOKS)
        there = sorted(value for value in counted if value is not None)
        what = Aggregate(measures=(Measure("count"),), groups=(Group("pages"),))
        wanted = [(value, counted[value]) for value in [*there, None]]
        assert [tuple(line) for line in stores["book"].aggregate(what, EVERYTHING)] == wanted
        few = Aggregate(measures=(Measure("count"),), groups=(Group("pages"),), limit=2)
        assert [tuple(line) for line in stores["book"].aggregate(few, EVERYTHING)] == wanted[:2]

    @needs("aggregate")
    def test_groups_go_through_relations(self, stores: StoreStand) -> None:
        """S36: rows are grouped by what is seen; a hidden value is a missing one."""
        what = Aggregate(
            measures=(Measure("count"), Measure("count", "author.email")),
            groups=(Group("author.name"), Group("sold")),
        )
        lines = stores["book"].aggregate(what, reach(author=ANN))
        counted = Counter(("ann" if row["author"] == 1 else None, row["sold"]) for row in BOOKS)
        assert {(name, sold): count for name, sold, count, _ in lines} == counted
        assert sum(line[3] for line in lines) == sum(row["author"] == 1 for row in BOOKS)

    @needs("aggregate")
    @pytest.mark.parametrize("zone", ["UTC", "Europe/Vienna", "America/New_York", "Asia/Kolkata"])
    def test_days_begin_in_a_zone(self, stores: StoreStand, zone: str) -> None:
        """A day begins at midnight of the zone, also where its clocks are changed."""
        what = Aggregate(
            measures=(Measure("count"),), groups=(Group("added", "day", zone),), where=IS_ADDED
        )
        lines = stores["book"].aggregate(what, EVERYTHING)
        assert [tuple(line) for line in lines] == sorted(Counter(days(zone)).items())

    @needs("aggregate")
    def test_longer_times(self, stores: StoreStand) -> None:
        """A week is its Monday, a month and a year their first day; a date has no zone."""
        zone = "Europe/Vienna"
        for group in (
            Group("added", "week", zone),
            Group("added", "month", zone),
            Group("added", "year", zone),
        ):
            what = Aggregate(measures=(Measure("count"),), groups=(group,), where=IS_ADDED)
            wanted = Counter(first_day(day, group.by) for day in days(zone))
            lines = stores["book"].aggregate(what, EVERYTHING)
            assert [tuple(line) for line in lines] == sorted(wanted.items()), group.by
        group = Group("published", "month", "America/New_York")
        what = Aggregate(measures=(Measure("count"),), groups=(group,))
        published = Counter(row["published"] and row["published"].replace(day=1) for row in BOOKS)
        lines = stores["book"].aggregate(what, EVERYTHING)
        assert {line[0]: line[1] for line in lines} == published


IS_ADDED = Is("added", "null", False)
