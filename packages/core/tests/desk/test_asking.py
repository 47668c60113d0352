"""Searches and aggregates, of what somebody may read."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_core.desk import Desk
from stack_core.problem import BadQuery
from stack_core.query import Aggregate, Group, Measure, Query


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def titles(desk: Desk, **more: Any) -> list[str]:
    return [row[0] for row in desk.page(Query(fields=("title",), **more)).rows]


@pytest.mark.parametrize(
    ("measure", "fits"),
    [
        (Measure("count"), True),
        (Measure("count", "author"), True),
        (Measure("sum", "price"), True),
        (Measure("avg", "pages"), True),
        (Measure("max", "published"), True),
        (Measure("min", "title"), True),
        (Measure("sum", "title"), False),
        (Measure("avg", "author"), False),
        (Measure("sum", ""), False),
        (Measure("max", "state"), False),
        (Measure("min", "extra"), False),
        (Measure("median", "pages"), False),  # type: ignore[arg-type]
    ],
)
def test_measures(desk: Desk, sign_in: Any, measure: Measure, fits: bool) -> None:
    """A number is made of fields that have one."""
    sign_in("book.read", "author.read")
    if fits:
        assert desk.aggregate(Aggregate(measures=(measure,))) == [(4,)]
    else:
        with pytest.raises(BadQuery, match="There is no"):
            desk.aggregate(Aggregate(measures=(measure,)))


@pytest.mark.parametrize(
    ("group", "fits"),
    [
        (Group("state"), True),
        (Group("author.team"), True),
        (Group("published", "week", "UTC"), True),
        (Group("published", "month", "Europe/Vienna"), True),
        (Group("title", "day"), False),
        (Group("extra"), False),
        (Group("published", "hour"), False),  # type: ignore[arg-type]
        (Group("published", "day", "Mars/Olympus"), False),
        (Group("published", "day", "../../etc/passwd"), False),
        (Group("token"), False),
    ],
)
def test_groups(desk: Desk, sign_in: Any, group: Group, fits: bool) -> None:
    """Rows are grouped by what can be read, by time where it is one, in a zone that exists."""
    sign_in("book.read", "author.read", "team.read")
    what = Aggregate(measures=(Measure("count"),), groups=(group,))
    if fits:
        assert desk.aggregate(what) == [(4,)]
    else:
        with pytest.raises(BadQuery):
            desk.aggregate(what)


def test_number_of_measures_has_bounds(desk: Desk, sign_in: Any) -> None:
    """An aggregate has a measure, and not endlessly many measures and groups."""
    sign_in("book.read")
    one = Measure("count")
    for what in (
        Aggregate(measures=()),
        Aggregate(measures=(one,) * 101),
        Aggregate(measures=(one,), groups=(Group("state"),) * 6),
        Aggregate(measures=(one,), limit=0),
    ):
        with pytest.raises(BadQuery):
            desk.aggregate(what)


def test_search_looks_where_one_may_read(desk: Desk, sign_in: Any, books: Any) -> None:
    """A search looks into the searchable fields that the person may read, and into no other."""
    sign_in("book.read")
    assert titles(desk, search="on cats") == ["Cats"]
    assert titles(desk, search="secret1") == []
    assert books.asked[-1][1].search_in == ("title", "blurb")
    assert titles(desk, search="on cats", search_in=("title",)) == []
    sign_in("book.read", hides={"book.read": ["blurb"]})
    assert titles(desk, search="on cats") == []
    for hidden in ("blurb", "password", "pages"):
        with pytest.raises(BadQuery, match="There is no"):
            titles(desk, search="x", search_in=(hidden,))
    sign_in("book.read", hides={"book.read": ["blurb", "title"]})
    with pytest.raises(BadQuery, match="nothing to look into"):
        desk.page(Query(fields=(), search="x"))


def test_search_in_all_fields(app: Flask, sign_in: Any, library: Any) -> None:
    """Where every searchable field may be read, the store is told of no choice."""
    sign_in("author.read")
    desk = Desk(app, "author")
    assert desk.page(Query(fields=("name",), search="ev")).rows == [("Eve",)]
    assert library["author"].asked[-1][1].search_in is None


@pytest.mark.parametrize("text", ["a\0", "\ud800", "x" * 1001, "x " * 31, 7])
def test_search_is_text(desk: Desk, sign_in: Any, text: Any) -> None:
    """What no database can look for is refused (S55)."""
    sign_in("book.read")
    with pytest.raises(BadQuery):
        titles(desk, search=text)
