"""What a field may be set to, what belongs to a row, and what was done to it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_core.description import Choice
from stack_core.desk import Desk
from stack_core.event import Change
from stack_core.filter import Is, Rule, Some
from stack_core.problem import BadQuery, Denied, NotFound


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def labels(desk: Desk, *args: Any, **more: Any) -> list[tuple[Any, str]]:
    return [(choice.value, choice.label) for choice in desk.choices(*args, **more)]


def test_choices_of_a_relation(desk: Desk, sign_in: Any) -> None:
    """The other kind's rows are offered by title, narrowed by text, keys and number."""
    sign_in("book.read", "author.read")
    assert labels(desk, "author") == [(1, "Ann"), (2, "Bob"), (3, "Eve")]
    assert labels(desk, "author", "b") == [(2, "Bob")]
    assert labels(desk, "author", keys=[3, 1]) == [(1, "Ann"), (3, "Eve")]
    assert labels(desk, "author", limit=1) == [(1, "Ann")]


def test_choices_are_those_in_reach(desk: Desk, sign_in: Any, app: Flask) -> None:
    """A row that one may not read is not offered, nor named when it is chosen already (S42)."""
    sign_in("book.read", "author.read", scopes={"author.read": Is("name", "eq", "Bob")})
    assert labels(desk, "author") == [(2, "Bob")]
    assert labels(desk, "author", keys=[1]) == []
    sign_in("book.read", "book.update")
    with pytest.raises(BadQuery, match="There is no 'author'"):
        desk.choices("author")
    public = Desk(app, "book", public={"book.read", "author.read"})
    assert len(public.choices("author")) == 3


def test_choices_without_a_title(desk: Desk, sign_in: Any) -> None:
    """Where the title is hidden, rows are called by their keys and not found by it."""
    sign_in("book.read", "author.read", hides={"author.read": ["name"]})
    assert labels(desk, "author") == [(1, "1"), (2, "2"), (3, "3")]
    assert labels(desk, "author", "2") == [(2, "2")]
    with pytest.raises(BadQuery):
        desk.choices("author", "Bob")


def test_choices_of_other_keys(desk: Desk, sign_in: Any) -> None:
    """Composite keys and to-many relations have choices too."""
    sign_in("book.read", "seat.read", "tag.read")
    assert labels(desk, "seat") == [((7, "a"), "a")]
    assert labels(desk, "seat", keys=["7,a", (8, "b")]) == [((7, "a"), "a")]
    assert labels(desk, "tags") == [("new", "new"), ("old", "old")]


def test_choices_of_a_list(desk: Desk, sign_in: Any, books: Any) -> None:
    """A field of listed values offers those, without asking the store."""
    sign_in("book.read")
    draft, out = books.description.by_name["state"].choices
    assert desk.choices("state") == [draft, out]
    assert desk.choices("state", "PUB") == [Choice(out.value, "Published")]
    assert desk.choices("state", keys=[draft.value]) == [draft]
    assert desk.choices("title") == []
    assert books.asked == []


@pytest.mark.parametrize("name", ["nothing", "token", "author", "author.team", ""])
def test_choices_of_what_is_not_there(desk: Desk, sign_in: Any, name: str) -> None:
    """A field that one may neither read nor write is refused with the common sentence (S54)."""
    sign_in("book.read")
    with pytest.raises(BadQuery, match="There is no"):
        desk.choices(name)


def test_choices_are_refused(desk: Desk, sign_in: Any) -> None:
    """Text that nobody can look for, and keys that are none, are refused (S55)."""
    sign_in("book.read", "author.read")
    for text in ("a\0", "x" * 1001):
        with pytest.raises(BadQuery):
            desk.choices("author", text)
    with pytest.raises(BadQuery):
        desk.choices("author", keys=["x"])
    sign_in("author.read")
    with pytest.raises(BadQuery):
        desk.choices("author")


def test_related_hides_numbers(desk: Desk, sign_in: Any) -> None:
    """How many rows of another kind there are is told to who may read all of them."""
    base = ("book.read", "book.delete")
    sign_in(*base, "author.read")
    totals = {each.kind: each.total for each in desk.related(1)}
    assert totals["author"] is not None
    assert totals["author"].count == 3
    assert totals["book_tag"] is None  # a table without a description: nobody can be asked
    sign_in(*base, "author.read", scopes={"author.read": Is("name", "eq", "Ann")})
    assert [each.total for each in desk.related(1)] == [None, None]
    sign_in(*base)
    assert [(each.what, each.total) for each in desk.related(1)] == [
        ("clear", None),
        ("delete", None),
    ]


def test_related_is_for_who_may_delete(desk: Desk, sign_in: Any) -> None:
    """What a delete would touch is told to who may delete the row (S56)."""
    sign_in("book.read")
    with pytest.raises(Denied, match=r"You lack book\.delete"):
        desk.related(1)
    sign_in("book.read", "book.delete", scopes={"book.delete": Is("pages", "lt", 200)})
    with pytest.raises(Denied, match="You may see this"):
        desk.related(2)
    with pytest.raises(NotFound):
        desk.related(99)


def past(*steps: tuple[dict[str, Any], dict[str, Any]]) -> list[Change]:
    made = Change(kind="book", action="create", key=1, new={"title": "A", "team": 2, "pages": 1})
    return [
        *(Change(kind="book", action="update", key=1, old=old, new=new) for old, new in steps),
        made,
    ]


def told(desk: Desk) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(dict(change.old), dict(change.new)) for change in desk.history(1)]


def test_history_is_stripped(desk: Desk, sign_in: Any, books: Any) -> None:
    """The past shows the fields that the person may read now; that something changed stays."""
    books.past = past(({"token": None, "price": 1}, {"token": None, "price": 2}),
                      ({"author": 1}, {"author": 2}))  # fmt: skip
    sign_in("book.read", "author.read", "team.read")
    assert told(desk) == [
        ({"price": 1}, {"price": 2}),
        ({"author": 1}, {"author": 2}),
        ({}, {"title": "A", "team": 2, "pages": 1}),
    ]
    sign_in("book.read", "author.read", hides={"book.read": ["price"]},
            scopes={"author.read": Is("name", "eq", "Ann")})  # fmt: skip
    assert told(desk) == [({}, {}), ({}, {}), ({}, {"title": "A", "pages": 1})]


def test_history_ends_with_the_scope(desk: Desk, sign_in: Any, books: Any) -> None:
    """Under a scope the past ends where the row came into it: what it was before is not told."""
    books.past = past(({"pages": 2}, {"pages": 3}),
                      ({"title": "Secret", "author": 3}, {"title": "B", "author": 1}),
                      ({"title": "Older"}, {"title": "Secret"}))  # fmt: skip
    for scope in (Is("author.team", "eq", 1), Some("author.books")):
        sign_in("book.read", "author.read", scopes={"book.read": scope})
        assert told(desk) == [({"pages": 2}, {"pages": 3}), ({}, {"title": "B", "author": 1})]
    sign_in("book.read", scopes={"book.read": Rule("inner", (1,))})
    assert told(desk) == [({}, {"pages": 3})]
    sign_in("book.read", scopes={"book.read": Is("", "eq", 1)})
    assert len(told(desk)) == 4


def test_history_shows_no_filter(desk: Desk, sign_in: Any, books: Any) -> None:
    """The filter of a change to many rows, with its values, is not shown; who made it is."""
    books.past = [
        Change(kind="book", action="update", key=1, where=Is("token", "eq", "x"), actor="eve")
    ]
    sign_in("book.read")
    [change] = desk.history(1)
    assert (change.where, change.actor) == (None, "eve")
    assert len(desk.history(1, limit=0)) == 1
