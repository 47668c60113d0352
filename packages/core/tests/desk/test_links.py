"""What a desk tells of the rows that to-many relations lead to."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_core.desk import Desk
from stack_core.filter import Is
from stack_core.problem import BadQuery, Denied, NotFound, Unable


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def test_links_of_rows(desk: Desk, sign_in: Any, books: Any) -> None:
    """Each row is paired with what it leads to; keys may be text out of an address (S74)."""
    sign_in("book.read", "tag.read")
    assert desk.links("tags", ["2", 1, 4], limit=9) == [(1, "new"), (2, "new"), (4, "old")]
    assert desk.links("tags", [1, 2], limit=1) == [(1, "new")]
    assert books.asked[0][1] == ("tags", (2, 1, 4), 9)


def test_links_are_within_both_scopes(desk: Desk, sign_in: Any, books: Any) -> None:
    """The store is told which rows and which others are seen (S74)."""
    scopes = {"book.read": Is("pages", "lt", 200), "tag.read": Is("name", "eq", "new")}
    sign_in("book.read", "tag.read", scopes=scopes)
    assert desk.links("tags", [1, 2, 4], limit=9) == [(1, "new")]
    reach = books.asked[-1][2]
    assert (reach.row, reach.through) == (scopes["book.read"], (("tag", scopes["tag.read"]),))


@pytest.mark.parametrize("name", ["author", "title", "nothing", "", "author.books", 7])
def test_no_links_are_refused_alike(desk: Desk, sign_in: Any, books: Any, name: Any) -> None:
    """What is no to-many relation of the kind has the sentence of every such path (S54)."""
    sign_in("book.read", "author.read", "tag.read")
    with pytest.raises(BadQuery, match=r"There is no .* to ask for here"):
        desk.links(name, [1], limit=9)
    assert books.asked == []


def test_links_that_may_not_be_read(desk: Desk, sign_in: Any, books: Any) -> None:
    """A hidden relation, and one into what may not be read, is refused like an unknown one."""
    said = set()
    for may in ({"hides": {"book.read": ["tags"]}}, {}):
        sign_in("book.read", *(["tag.read"] if may else []), **may)
        with pytest.raises(BadQuery) as caught:
            desk.links("tags", [1], limit=9)
        said.add(caught.value.detail)
    assert said == {"There is no 'tags' to ask for here. Look at what there is."}
    sign_in("tag.read")
    with pytest.raises(Denied):
        desk.links("tags", [1], limit=9)
    assert books.asked == []


def test_bounds_of_links(desk: Desk, sign_in: Any, books: Any) -> None:
    """What is no key is not found; too many keys and no limit are refused."""
    sign_in("book.read", "tag.read")
    with pytest.raises(NotFound):
        desk.links("tags", [1, "x"], limit=9)
    with pytest.raises(BadQuery, match="at most 1000 keys"):
        desk.links("tags", range(1001), limit=9)
    with pytest.raises(BadQuery, match="'limit' is 0"):
        desk.links("tags", [1], limit=0)
    assert books.asked == []


def test_store_without_links(desk: Desk, sign_in: Any, books: Any) -> None:
    """A store that has none is told apart before it is asked (S51)."""
    sign_in("book.read", "tag.read")
    books.abilities -= {"links"}
    assert not desk.able("links")
    with pytest.raises(Unable):
        desk.links("tags", [1], limit=9)
