"""Sums, averages and counts: exact, as seen, and by the days of a time zone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from stack_core.filter import TRUE, Is
from stack_core.problem import BadQuery
from stack_core.query import EVERYTHING, Aggregate, Group, Measure, Reach
from stack_db.store.period import find_offsets

COUNT = Measure("count")
VIENNA = "Europe/Vienna"
FIRST: dict[Any, Callable[[date], date]] = {
    "day": lambda day: day,
    "week": lambda day: day - timedelta(days=day.weekday()),
    "month": lambda day: day.replace(day=1),
    "year": lambda day: day.replace(month=1, day=1),
}


def ask(library: Any, *measures: Measure, reach: Reach = EVERYTHING, **more: Any) -> Any:
    """Return the answer of the books' store."""
    return library.store("Book").aggregate(Aggregate(measures=measures, **more), reach)


@pytest.fixture
def priced(library: Any) -> Any:
    """Books of two authors, of nobody and of one who is deleted, with prices that do not add up
    in floating point."""
    author, book = library.Author, library.Book
    library.add(
        library.Team(id=1, name="red"),
        author(id=1, name="Ann", team_id=1),
        author(id=2, name="bob"),
        author(id=3, name="Gone", deleted_at=datetime(2026, 1, 1, tzinfo=UTC)),
        book(id=1, title="a", author_id=1, price=Decimal("0.10"), pages=1, weight=0.5),
        book(id=2, title="A", author_id=1, price=Decimal("0.20"), pages=2),
        book(id=3, title="a", author_id=2, price=Decimal("99999999.99"), weight=1.5),
        book(id=4, title="b", price=Decimal("0.70"), pages=4, colour=library.Colour.RED),
        book(id=5, title="b", author_id=3, published=date(2026, 1, 4)),
    )
    return library


def test_measures(priced: Any) -> None:
    """Decimals are summed exactly, missing values do not count, and a line has plain values."""
    measures = [
        COUNT,
        Measure("count", "price"),
        Measure("sum", "price"),
        Measure("avg", "price"),
        Measure("min", "price"),
        Measure("max", "price"),
        Measure("sum", "pages"),
        Measure("avg", "pages"),
        Measure("avg", "weight"),
        Measure("max", "published"),
        Measure("count", "author"),
        Measure("min", "title"),
    ]
    (line,) = ask(priced, *measures)
    total = Decimal("100000000.99")
    prices = (total, total / 4, Decimal("0.10"), Decimal("99999999.99"))
    assert line[:11] == (5, 4, *prices, 7, 7 / 3, 1.0, date(2026, 1, 4), 3)
    assert line[11] in ("a", "A")
    kinds = [type(value) for value in line]
    assert kinds == [int, int, *[Decimal] * 4, int, float, float, date, int, str]


def test_no_rows(library: Any) -> None:
    """Nothing counts as none, and has no sum."""
    assert ask(library, COUNT, Measure("sum", "price"), Measure("avg", "pages")) == [
        (0, None, None)
    ]
    assert ask(library, COUNT, groups=(Group("title"),)) == []


def test_groups_by_value(priced: Any) -> None:
    """Values are told apart exactly; missing ones come last; relations are as seen."""
    found = ask(priced, COUNT, groups=(Group("title"),))
    assert sorted(found) == [("A", 1), ("a", 2), ("b", 2)]
    found = ask(priced, Measure("sum", "price"), groups=(Group("author"),))
    price = Decimal("99999999.99")
    assert found == [(1, Decimal("0.30")), (2, price), (None, Decimal("0.70"))]
    found = ask(priced, COUNT, groups=(Group("author.team.name"), Group("colour")))
    red = priced.Colour.RED
    assert found == [("red", None, 2), (None, red, 1), (None, None, 2)]
    reach = Reach(row=Is("pages", "null", False), through=(("author", Is("name", "eq", "x")),))
    assert ask(priced, COUNT, groups=(Group("author"),), reach=reach) == [(None, 3)]
    assert ask(priced, COUNT, groups=(Group("double"),), where=Is("pages", "gt", 1), limit=1) == [
        (4, 1)
    ]


def test_groups_by_composite_key(library: Any) -> None:
    """A key of two columns is one value of a group."""
    library.add(
        library.Seat(row=1, letter="a"),
        library.Ticket(id=1, seat_row=1, seat_letter="a"),
        library.Ticket(id=2),
    )
    what = Aggregate(measures=(COUNT, Measure("count", "seat")), groups=(Group("seat"),))
    assert library.store("Ticket").aggregate(what, EVERYTHING) == [((1, "a"), 1, 1), (None, 1, 0)]


def test_groups_of_days(library: Any) -> None:
    """Days fall into weeks that begin on Monday, months and years."""
    days = (date(2026, 1, 4), date(2026, 1, 5), date(2026, 12, 31), None)
    library.add(*(library.Book(title="a", published=day) for day in days))
    expected: dict[Any, list[date]] = {
        "day": [date(2026, 1, 4), date(2026, 1, 5), date(2026, 12, 31)],
        "week": [date(2025, 12, 29), date(2026, 1, 5), date(2026, 12, 28)],
        "month": [date(2026, 1, 1), date(2026, 12, 1)],
        "year": [date(2026, 1, 1)],
    }
    for by, firsts in expected.items():
        found = ask(library, COUNT, groups=(Group("published", by),))
        assert [day for day, _ in found] == [*firsts, None]


def test_groups_by_zone(library: Any) -> None:
    """A moment belongs to the day that the zone's clocks show, to the microsecond."""
    changes = [datetime(2025, 10, 26, 1, tzinfo=UTC), datetime(2026, 3, 29, 1, tzinfo=UTC)]
    edges = [datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 1, 4, 23, tzinfo=UTC)]
    tick = timedelta(microseconds=1)
    moments = [m + d for m in (*changes, *edges) for d in (-tick, timedelta(0), tick)]
    moments += [changes[1] + timedelta(hours=hour) for hour in range(-30, 30)]
    library.add(*(library.Book(title="a", sold_at=moment) for moment in moments))
    for zone in (VIENNA, "America/New_York", "Asia/Kathmandu", "UTC"):
        days = [moment.astimezone(ZoneInfo(zone)).date() for moment in moments]
        for by, first in FIRST.items():
            expected = sorted(Counter(map(first, days)).items())
            assert ask(library, COUNT, groups=(Group("sold_at", by, zone),)) == expected


def test_days_of_23_and_25_hours(library: Any) -> None:
    """On the days when the clocks change there is an hour less, or one more."""
    start = datetime(2025, 10, 25, 22, tzinfo=UTC)
    other = datetime(2026, 3, 28, 23, tzinfo=UTC)
    hours = [start + timedelta(hours=h) for h in range(49)]
    hours += [other + timedelta(hours=h) for h in range(47)]
    library.add(*(library.Book(title="a", sold_at=hour) for hour in hours))
    found = dict(ask(library, COUNT, groups=(Group("sold_at", "day", VIENNA),)))
    assert found == {
        date(2025, 10, 26): 25,
        date(2025, 10, 27): 24,
        date(2026, 3, 29): 23,
        date(2026, 3, 30): 24,
    }


def test_wrong_measures_are_refused(library: Any) -> None:
    """What is no number is not summed, and what is no time has no days."""
    for what in (
        Aggregate(measures=(Measure("sum", "title"),)),
        Aggregate(measures=(Measure("avg", "sold_at"),)),
        Aggregate(measures=(COUNT,), groups=(Group("pages", "day"),)),
    ):
        with pytest.raises(BadQuery):
            library.store("Book").aggregate(what, EVERYTHING)
    with pytest.raises(LookupError):
        ask(library, Measure("sum", "nothing"), where=TRUE)


def test_offsets_of_a_zone() -> None:
    """The offsets of a zone are those of Python's, to the second at which they change."""
    found = [each for each in find_offsets(VIENNA, 2026, 2026) if each.start.year == 2026]
    assert [(each.start, each.seconds) for each in found] == [
        (datetime(2026, 3, 29, 1, tzinfo=UTC), 7200),
        (datetime(2026, 10, 25, 1, tzinfo=UTC), 3600),
    ]
