"""What a desk lets somebody write."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from flask import Flask

from stack_core.desk import Desk, DeskWork
from stack_core.filter import All, Is
from stack_core.problem import BadQuery, Conflict, Denied, Invalid, NotFound, Stale

ALL = [f"book.{verb}" for verb in ("read", "create", "update", "delete", "restore")]
RED = Is("author.team", "eq", 1)


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def errors(error: pytest.ExceptionInfo[Invalid]) -> list[tuple[Any, str]]:
    return [(each.path, each.code) for each in error.value.errors]


def test_writable_fields(desk: Desk, sign_in: Any) -> None:
    """A form has the fields that may be written: not fixed, not hidden, not leading nowhere."""
    sign_in(*ALL, "seat.read", hides={"book.update": ["price"], "book.read": ["pages"]})
    names = [field.name for field in desk.fields("update")]
    assert names == [
        "title", "blurb", "seat", "published", "state", "extra", "cover", "raw", "password",
        "token",
    ]  # fmt: skip
    assert {field.name for field in desk.fields("create")} - set(names) == {"isbn", "price"}
    sign_in("book.read")
    assert desk.fields("update") == ()


def test_all_errors_at_once(desk: Desk, sign_in: Any, books: Any) -> None:
    """What is unknown, fixed, hidden or missing is told at once, each at its name (S60)."""
    sign_in(*ALL, hides={"book.create": ["price"]})
    with pytest.raises(Invalid) as caught:
        desk.create({"nothing": 1, "version": 2, "price": 3, "author": 1, "isbn": "x"})
    assert errors(caught) == [
        (("nothing",), "unknown"),
        (("version",), "invalid"),
        (("price",), "unknown"),
        (("author",), "unknown"),
        (("title",), "required"),
    ]
    assert books.asked == []
    with pytest.raises(Invalid) as caught:
        desk.update(1, {"isbn": "x", "title": "Arms"})
    assert errors(caught) == [(("isbn",), "invalid")]


def test_accepted_values_are_of_their_fields(desk: Desk, sign_in: Any, books: Any) -> None:
    """What came from outside becomes values of its fields, which a write takes (S71)."""
    sign_in(*ALL, "author.read", "seat.read", "tag.read")
    form = {
        "title": "New", "pages": "12", "published": "2026-02-03", "state": "o", "author": "2",
        "seat": "7,a", "price": "", "tags": ["new"],
    }  # fmt: skip
    values = desk.accept("create", form, text=True)
    assert values == {
        "title": "New", "pages": 12, "published": date(2026, 2, 3),
        "state": books.description.by_name["state"].python("o"),
        "author": 2, "seat": (7, "a"), "price": None, "tags": ["new"],
    }  # fmt: skip
    assert books.asked == []
    key = desk.create(values).key
    raw = {"price": msgspec.Raw(b"12.10"), "pages": 7}
    assert desk.accept("update", raw) == {"price": Decimal("12.10"), "pages": 7}
    with desk.transaction() as work:
        work.update(key, work.accept("update", raw))
    assert books.rows[key]["price"] == Decimal("12.10")


def test_all_that_is_wrong_is_told_at_once(desk: Desk, sign_in: Any) -> None:
    """Names and values that are wrong are told together, each value in its field's words (S71)."""
    sign_in(*ALL, hides={"book.create": ["price"]})
    values = {"nothing": 1, "version": 2, "price": 3, "author": 1, "pages": "x", "isbn": None}
    with pytest.raises(Invalid) as caught:
        desk.accept("create", values)
    assert errors(caught) == [
        (("nothing",), "unknown"),
        (("version",), "invalid"),
        (("price",), "unknown"),
        (("author",), "unknown"),
        (("pages",), "invalid"),
        (("isbn",), "invalid"),
        (("title",), "required"),
    ]
    said = {error.path[0]: error.message for error in caught.value.errors}
    assert said["pages"] == "This is not a whole number."
    assert said["isbn"] == "This must not be empty."
    with pytest.raises(Invalid) as caught:
        desk.accept("update", {"isbn": "x", "published": "soon", "title": "x" * 201})
    assert [error.path for error in caught.value.errors] == [
        ("isbn",), ("published",), ("title",)
    ]  # fmt: skip


def test_who_may_not_write_accepts_nothing(desk: Desk, sign_in: Any) -> None:
    """Without the permission no value is looked at (S71)."""
    sign_in("book.read", "book.create")
    assert desk.accept("create", {"title": "New"}) == {"title": "New"}
    with pytest.raises(Denied):
        desk.accept("update", {"nothing": 1})


def test_hidden_from_reading_is_not_written(desk: Desk, sign_in: Any) -> None:
    """A field that somebody may not read is not written either; what is only written may be."""
    sign_in(*ALL, hides={"book.read": ["title", "password"]})
    with pytest.raises(Invalid) as caught:
        desk.update(1, {"title": "Arms", "password": "new"})
    assert errors(caught) == [(("title",), "unknown")]
    assert desk.update(1, {"password": "new"}).known.keys().isdisjoint({"title", "password"})


def test_required_and_hidden(desk: Desk, sign_in: Any) -> None:
    """A required field that somebody may not write is not named to them."""
    sign_in(*ALL, hides={"book.create": ["title"]})
    assert desk.create({"isbn": "x"}).key == 5


def test_saved_tells_what_may_be_read(desk: Desk, sign_in: Any) -> None:
    """What a write knows of the row reaches the writer without what they may not read."""
    sign_in(*ALL, hides={"book.read": ["pages"]})
    saved = desk.create({"title": "New", "token": "t"})
    assert saved.known[""] == saved.key == 5
    assert {"title", "version"} <= saved.known.keys()
    assert saved.known.keys().isdisjoint({"pages", "token", "password", "author", "team"})
    assert "token" not in saved.changed


def test_create_without_reading(app: Flask, library: Any) -> None:
    """What may be created may be so by who reads nothing, and then nothing is told."""
    desk = Desk(app, "book", public={"book.create"})
    assert desk.allows("create")
    saved = desk.create({"title": "Hello"})
    assert dict(saved.known) == {"": saved.key}
    with pytest.raises(Denied):
        desk.row(saved.key, ("title",))


def test_relation_to_its_own_kind_without_reading(app: Flask, library: Any) -> None:
    """Who creates and reads nothing leads to no row of the same kind, either."""
    shelf, led = library["team"], library["book"].description.by_name["team"]
    fields = (*shelf.description.fields, msgspec.structs.replace(led, name="parent"))
    shelf.description = msgspec.structs.replace(shelf.description, fields=fields)
    desk = Desk(app, "team", public={"team.create"})
    with pytest.raises(Invalid) as caught:
        desk.create({"name": "Green", "parent": 1})
    assert errors(caught) == [(("parent",), "unknown")]
    assert desk.create({"name": "Green"}).key == 3


def test_relation_to_what_nobody_keeps(app: Flask, library: Any) -> None:
    """A relation to a kind that nobody keeps is no field to write, and the others are."""
    del library["seat"]
    desk = Desk(app, "book", public={"*"})
    assert desk.create({"title": "New"}).key == 5
    with pytest.raises(Invalid) as caught:
        desk.create({"title": "New", "seat": (7, "a")})
    assert errors(caught) == [(("seat",), "unknown")]


def test_relation_is_set_in_reach(desk: Desk, sign_in: Any, books: Any) -> None:
    """The reach of a write holds the scopes of the relations that it sets (S42)."""
    sign_in(*ALL, "author.read", scopes={"author.read": Is("name", "eq", "Ann")})
    assert desk.create({"title": "New", "author": 1}).key == 5
    with pytest.raises(Invalid):
        desk.create({"title": "New", "author": 2})
    assert dict(books.asked[-1][2].through) == {"author": Is("name", "eq", "Ann")}


def test_scope_holds_after_the_write(desk: Desk, sign_in: Any, books: Any) -> None:
    """The scope of a verb is narrowed by that of reading; the store is told both (S29, S41)."""
    price = Is("pages", "lt", 500)
    sign_in(*ALL, "author.read", scopes={"book.read": RED, "book.update": price})
    desk.update(1, {"pages": 300})
    assert books.asked[-1][2].row == All((price, RED))
    with pytest.raises(Denied):
        desk.update(1, {"pages": 600})
    with pytest.raises(Denied):
        desk.update(1, {"author": 3})
    with pytest.raises(Denied):
        desk.create({"title": "New", "author": 3})
    assert books.rows[1]["pages"] == 300


@pytest.mark.parametrize("verb", ["update", "delete"])
def test_row_that_is_only_seen(desk: Desk, sign_in: Any, verb: str) -> None:
    """A row that may be read and not acted on is refused as such; others are not found (S56)."""
    act = {"update": lambda key: desk.update(key, {}), "delete": desk.delete}[verb]
    sign_in(*ALL, scopes={"book.read": Is("pages", "lt", 350), f"book.{verb}": RED})
    act(1)
    with pytest.raises(Denied, match="You may see this"):
        act(3)
    with pytest.raises(NotFound):
        act(4)
    with pytest.raises(NotFound):
        act(99)


def test_row_that_nobody_may_act_on(desk: Desk, sign_in: Any) -> None:
    """Who is not signed in is told by the provider what to do about a row."""
    sign_in(*ALL, scopes={"book.update": RED}, key="")
    with pytest.raises(Exception, match="Sign in"):
        desk.update(3, {"title": "Arms"})


def test_missing_row_costs_nothing_more(desk: Desk, sign_in: Any, books: Any) -> None:
    """Where a verb reaches what reading reaches, nothing is read to tell why."""
    sign_in(*ALL)
    with pytest.raises(NotFound):
        desk.update(99, {"title": "Arms"})
    assert [asked[0] for asked in books.asked] == ["update"]


def test_version_is_handed_on(desk: Desk, sign_in: Any) -> None:
    """A version that is not the row's own is the store's refusal."""
    sign_in(*ALL)
    with pytest.raises(Stale) as caught:
        desk.update(1, {"title": "Arms"}, version=7)
    assert caught.value.version == 1
    assert desk.update(1, {"title": "Arms"}, version=1).version == 2


def test_many_rows_are_checked_as_they_come(desk: Desk, sign_in: Any, books: Any) -> None:
    """Each of many rows is checked where it stands, and one that is wrong undoes them all."""
    sign_in(*ALL, "author.read")
    assert desk.create_many({"title": f"New {n}", "author": 1} for n in range(3)) == 3
    with pytest.raises(Invalid) as caught:
        desk.create_many([{"title": "a"}, {"title": "b", "token2": 1}, {}])
    assert errors(caught) == [((1, "token2"), "unknown")]
    assert len(books.rows) == 7


def test_bulk_writes_are_checked(desk: Desk, sign_in: Any, books: Any) -> None:
    """The filter of many rows is checked like a query's, and the values like one row's."""
    sign_in(*ALL, scopes={"book.read": RED})
    assert desk.update_where(Is("pages", "ge", "0"), {"title": "Same"}) == 2
    with pytest.raises(BadQuery):
        desk.update_where(Is("token", "eq", "x"), {"title": "Same"})
    with pytest.raises(Invalid):
        desk.update_where(All(), {"version": 9})
    with pytest.raises(BadQuery):
        desk.delete_where(Is("author.email", "contains", "@"))
    assert desk.delete_where(All()) == 2
    assert sorted(books.rows) == [3, 4]


def test_restore_is_a_verb(desk: Desk, sign_in: Any) -> None:
    """Writing back what a row had is a permission of its own."""
    sign_in("book.read", "book.update")
    with pytest.raises(Denied, match=r"You lack book\.restore"):
        desk.restore(1, 0.0)
    sign_in(*ALL)
    assert desk.restore(1, 0.0).key == 1
    for at in (float("nan"), float("inf"), "now", None):
        with pytest.raises(BadQuery):
            desk.restore(1, at)  # type: ignore[arg-type]


def test_transaction_asks_each_write(desk: Desk, sign_in: Any, books: Any, door: Any) -> None:
    """The writes of a transaction are asked and checked like a desk's own, one by one."""
    sign_in("book.read", "book.create")
    with desk.transaction() as work:
        assert isinstance(work, DeskWork)
        work.create({"title": "New"})
        with pytest.raises(Denied):
            work.delete(1)
        with pytest.raises(Invalid):
            work.create({"id": 9, "title": "x"})
        sign_in()
        with pytest.raises(Denied):
            work.create({"title": "New"})
    assert sorted(books.rows) == [1, 2, 3, 4, 5]


def test_transaction_is_undone(desk: Desk, sign_in: Any, books: Any) -> None:
    """What raises in a transaction of a desk undoes it."""
    sign_in(*ALL)

    def fail() -> None:
        with desk.transaction() as work:
            work.delete(1)
            raise Conflict("isbn")

    with pytest.raises(Conflict):
        fail()
    assert 1 in books.rows
