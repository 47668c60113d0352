"""What a desk reads, for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from stack_core.desk import Desk
from stack_core.filter import FALSE, All, AnyOf, Is, Not, Some
from stack_core.problem import BadQuery, Denied, NotFound, Problem
from stack_core.query import Aggregate, Measure, Query

EVERYTHING = [
    f"{kind}.{verb}"
    for kind in ("book", "author", "team", "tag", "seat")
    for verb in ("read", "create", "update", "delete", "restore", "publish")
]
RED = Is("author.team", "eq", 1)


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def titles(desk: Desk, **more: Any) -> list[str]:
    return [row[0] for row in desk.page(Query(fields=("title",), **more)).rows]


def test_nobody_may_without_a_provider(app: Flask, desk: Desk) -> None:
    """Where nobody provides access, nothing is allowed (S25)."""
    assert not desk.allows("read")
    assert desk.fields() == ()
    for act in (
        lambda: desk.page(Query(fields=("title",))),
        lambda: desk.row(1, ("title",)),
        lambda: desk.get(1),
        lambda: desk.create({}),
        lambda: desk.delete(1),
        lambda: desk.require("read"),
    ):
        with pytest.raises(Denied, match="You may not do this"):
            act()


def test_public_needs_no_provider(app: Flask, library: Any) -> None:
    """A public permission is everybody's, and opens a related kind only if it names it (S57)."""
    desk = Desk(app, "book", public={"book.read"})
    assert titles(desk) == ["Axes", "Boats", "Cats", "Dogs"]
    assert "author" not in {field.name for field in desk.fields()}
    with pytest.raises(BadQuery):
        desk.page(Query(fields=("author.name",)))
    open = Desk(app, "book", public={"book.*", "author.read"})
    assert open.row(1, ("author.name",)) == ("Ann",)
    assert open.allows("delete")


def test_public_has_no_scope(desk: Desk, app: Flask, library: Any, sign_in: Any) -> None:
    """What is public is so without a scope, also for whoever is signed in under one (S57)."""
    sign_in("book.read", scopes={"book.read": FALSE})
    assert titles(desk) == []
    assert len(titles(Desk(app, "book", public={"book.read"}))) == 4


def test_refusal_is_the_providers(desk: Desk, sign_in: Any) -> None:
    """Who may not is told what the provider says: 401 for nobody, 403 for somebody."""
    sign_in(key="")
    with pytest.raises(Problem, match=r"^401 .*Sign in"):
        desk.page(Query(fields=("title",)))
    sign_in("book.update")
    with pytest.raises(Denied, match=r"You lack book.read"):
        desk.page(Query(fields=("title",)))


def test_reading_is_needed_to_act(desk: Desk, sign_in: Any) -> None:
    """To act on rows one must also be able to read them (S29)."""
    sign_in("book.update", "book.delete")
    assert not desk.allows("update")
    with pytest.raises(Denied, match=r"You lack book.read"):
        desk.update(1, {"title": "Arms"})
    sign_in("book.update", "book.read")
    assert desk.allows("update")


def test_access_is_asked_once_and_anew(desk: Desk, door: Any, sign_in: Any, books: Any) -> None:
    """An act asks once who it is for; the next one asks again (S53)."""
    sign_in(*EVERYTHING)
    before = door.asked
    desk.page(Query(fields=("title", "author.name", "seat.name"), order=("author.name",)))
    assert door.asked == before + 1
    sign_in()
    with pytest.raises(Denied):
        desk.row(1, ("title",))
    assert door.asked == before + 2


def test_store_is_found_at_the_first_use(app: Flask) -> None:
    """A desk may be made before there is anything to keep its things (S53)."""
    desk = Desk(app, "car")
    with pytest.raises(LookupError, match="keeps 'car'"):
        desk.page(Query(fields=()))


def test_scope_limits_rows(desk: Desk, sign_in: Any) -> None:
    """Only rows in scope are read, counted and found (S52)."""
    sign_in("book.read", scopes={"book.read": RED})
    assert titles(desk) == ["Axes", "Boats"]
    page = desk.page(Query(fields=("title",), total="exact"))
    assert page.total is not None
    assert page.total.count == 2
    assert list(desk.stream(Query(fields=("title",)))) == [("Axes",), ("Boats",)]
    assert desk.aggregate(Aggregate(measures=(Measure("count"),))) == [(2,)]
    with pytest.raises(NotFound):
        desk.row(3, ("title",))
    with pytest.raises(NotFound):
        desk.get(3)
    with pytest.raises(NotFound):
        desk.history(3)


def test_scope_of_nothing(desk: Desk, sign_in: Any) -> None:
    """A scope that no row is in leaves nothing, in any act."""
    sign_in(*EVERYTHING, scopes={"book.read": FALSE})
    assert titles(desk) == []
    for act in (
        lambda: desk.row(1, ("title",)),
        lambda: desk.get(1),
        lambda: desk.update(1, {"title": "Arms"}),
        lambda: desk.delete(1),
        lambda: desk.related(1),
        lambda: desk.history(1),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(Denied):
        desk.create({"title": "New"})
    assert desk.update_where(Is("title", "eq", "Axes"), {"title": "Arms"}) == 0
    assert desk.delete_where(All()) == 0


def test_relation_is_as_seen(desk: Desk, sign_in: Any) -> None:
    """Through a relation the other's rows are seen within its scope; others are None (S28)."""
    sign_in("book.read", "author.read", scopes={"author.read": Is("name", "eq", "Ann")})
    rows = desk.page(Query(fields=("title", "author", "author.name"))).rows
    assert rows == [
        ("Axes", 1, "Ann"),
        ("Boats", None, None),
        ("Cats", None, None),
        ("Dogs", None, None),
    ]
    assert titles(desk, where=Is("author.name", "eq", "Bob")) == []
    assert titles(desk, where=Is("author", "in", [1, 2])) == ["Axes"]


def test_to_many_is_asked_with_some(desk: Desk, sign_in: Any) -> None:
    """Rows are found by their to-many relations, whose kind must be readable (S12)."""
    where = Some("tags", Is("name", "eq", "old"))
    sign_in("book.read", "tag.read")
    assert titles(desk, where=where) == ["Cats", "Dogs"]
    sign_in("book.read", "tag.read", scopes={"tag.read": Is("name", "eq", "new")})
    assert titles(desk, where=where) == []
    sign_in("book.read")
    with pytest.raises(BadQuery, match="There is no 'tags'"):
        titles(desk, where=where)


def test_kinds_inside_some_are_in_reach(desk: Desk, sign_in: Any, books: Any) -> None:
    """Whatever a filter leads through has its scope in the reach (S24)."""
    sign_in("book.read", "author.read", "team.read", scopes={"team.read": Is("name", "eq", "Red")})
    where = Not(AnyOf((Is("author.team.name", "eq", "Blue"), Is("author", "null", True))))
    assert titles(desk, where=where) == ["Axes", "Boats", "Cats"]
    reach = books.asked[-1][2]
    assert dict(reach.through) == {"author": All(), "team": Is("name", "eq", "Red")}
    assert not reach.trusted


def test_far_relation_needs_all_rows(desk: Desk, sign_in: Any) -> None:
    """The key of a thing that is kept elsewhere is read by who may read all of those (S28)."""
    sign_in("book.read", "team.read")
    assert desk.row(1, ("team",)) == (1,)
    sign_in("book.read", "team.read", scopes={"team.read": Is("name", "eq", "Red")})
    with pytest.raises(BadQuery, match="There is no 'team'"):
        desk.row(1, ("team",))


def test_row_reads_what_a_write_does_not_know(desk: Desk, sign_in: Any, books: Any) -> None:
    """A row after a write reads what the write does not know, and nothing if it knows all."""
    sign_in(*EVERYTHING)
    saved = desk.update(1, {"title": "Arms"})
    books.asked.clear()
    assert desk.row(1, ("title", "pages"), saved=saved) == ("Arms", 100)
    assert books.asked == []
    assert desk.row(1, ("author.name", "title"), saved=saved) == ("Ann", "Arms")
    assert [asked[1] for asked in books.asked] == [("author.name",)]
    assert desk.row(2, ("title",), saved=saved) == ("Boats",)


def test_row_checks_what_a_write_knows(desk: Desk, sign_in: Any) -> None:
    """What a write knows is shown by the same rules as what is read."""
    sign_in(*EVERYTHING)
    saved = desk.update(1, {"title": "Arms"})
    assert "token" not in saved.known
    assert "password" not in saved.known
    sign_in("book.read", hides={"book.read": ["title"]})
    with pytest.raises(BadQuery):
        desk.row(1, ("title",), saved=saved)


def test_key_of_an_address(desk: Desk, app: Flask, library: Any, sign_in: Any) -> None:
    """A key comes out of an address, or is not found."""
    assert desk.parse_key("7") == 7
    assert Desk(app, "seat").parse_key("7,a") == (7, "a")
    with pytest.raises(NotFound):
        desk.parse_key("07")


def test_get_for_a_verb(desk: Desk, sign_in: Any) -> None:
    """An object is given for what may be done to it; one that is only seen is refused (S56)."""
    sign_in("book.read", "book.publish", scopes={"book.publish": RED})
    assert desk.get(1, "publish")["title"] == "Axes"
    with pytest.raises(Denied, match="You may see this"):
        desk.get(3, "publish")
    with pytest.raises(NotFound):
        desk.get(9, "publish")
    with pytest.raises(Denied, match="You lack"):
        desk.get(1, "burn")


def test_values_of_other_types(desk: Desk, sign_in: Any, books: Any) -> None:
    """Rows come as the store has them: the desk adds and changes nothing."""
    sign_in("book.read", "seat.read")
    assert desk.row(1, ("", "price", "published", "seat")) == (
        1, Decimal("0.25"), date(2026, 1, 1), (7, "a"),
    )  # fmt: skip
