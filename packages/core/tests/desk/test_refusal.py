"""What a desk refuses, and that one sentence says so."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from stack_core.desk import Desk
from stack_core.filter import All, AnyOf, Is, Not, Some
from stack_core.path import Paths
from stack_core.plan import Plans
from stack_core.problem import BadQuery, Denied, NotFound, Unable
from stack_core.query import Aggregate, Measure, Query

EVERYTHING = [
    f"{kind}.{verb}"
    for kind in ("book", "author", "team", "tag", "seat")
    for verb in ("read", "create", "update", "delete", "restore", "publish")
]
SENTENCE = "There is no {!r} to ask for here. Look at what there is."


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book")


def titles(desk: Desk, **more: Any) -> list[str]:
    return [row[0] for row in desk.page(Query(fields=("title",), **more)).rows]


REFUSED = [
    "nothing", "author.nothing", "title.x", "password", "token", "author.team.name", "tags",
    "Title", "title ", ".", "author.", ".title", "id; DROP TABLE book", "a" * 500,
    "team", "team.name", "hidden",
]  # fmt: skip


@pytest.mark.parametrize("path", REFUSED)
@pytest.mark.parametrize("place", ["fields", "where", "some", "order", "descending", "measure"])
def test_path_is_refused_alike(desk: Desk, sign_in: Any, path: str, place: str) -> None:
    """A path that is unknown, never read or not theirs is refused with one sentence (S54)."""
    sign_in("book.read", "author.read", hides={"book.read": ["hidden"]})
    queries: dict[str, Any] = {
        "fields": Query(fields=(path,)),
        "where": Query(fields=(), where=Not(Is(path, "null", True))),
        "some": Query(fields=(), where=Some(path)),
        "order": Query(fields=(), order=(path,)),
        "descending": Query(fields=(), order=(f"-{path}",)),
        "measure": Aggregate(measures=(Measure("count", path),)),
    }
    ask = desk.aggregate if place == "measure" else desk.page
    with pytest.raises(BadQuery) as caught:
        ask(queries[place])
    assert caught.value.detail == SENTENCE.format(path[:100])
    with pytest.raises(BadQuery):
        desk.row(1, (path,))


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (Query(fields=(), order=("cover",)), "cover"),
        (Query(fields=(), where=Is("raw", "eq", "x")), "raw"),
        (Query(fields=("title",), where=Some("author")), "author"),
        (Query(fields=(None,)), None),  # type: ignore[arg-type]
    ],
)
def test_field_that_does_not_sort_or_compare(
    desk: Desk, sign_in: Any, query: Query, path: str
) -> None:
    """A field that cannot be sorted or compared is refused with that sentence too (S54)."""
    sign_in("book.read", "author.read")
    with pytest.raises(BadQuery) as caught:
        desk.page(query)
    assert caught.value.detail == SENTENCE.format(path)


def test_hidden_field_is_not_there(desk: Desk, sign_in: Any) -> None:
    """A field that a permission does not reach is unknown in every place (S54)."""
    sign_in("book.read", "author.read", "book.update",
            hides={"book.read": ["price"], "author.read": ["email"]})  # fmt: skip
    assert "price" not in {field.name for field in desk.fields()}
    for query in (
        Query(fields=("price",)),
        Query(fields=("author.email",)),
        Query(fields=(), order=("-price",)),
        Query(fields=(), where=AnyOf((Is("price", "gt", 1),))),
        Query(fields=(), where=Is("author.email", "starts", "a")),
    ):
        with pytest.raises(BadQuery, match="There is no"):
            desk.page(query)


@pytest.mark.parametrize("path", ["author.books", "author.books.title"])
def test_to_many_stands_in_no_path(desk: Desk, sign_in: Any, path: str) -> None:
    """A to-many relation behind another relation is refused in fields and orders (S12)."""
    sign_in("book.read", "author.read")
    for query in (Query(fields=(path,)), Query(fields=(), order=(path,))):
        with pytest.raises(BadQuery, match="There is no"):
            desk.page(query)
    assert titles(desk, where=Some("author.books", Is("title", "eq", "Axes"))) == ["Axes"]


def test_unknown_paths_are_not_kept(app: Flask, library: Any, sign_in: Any) -> None:
    """Paths that exist are remembered, and none that somebody makes up."""
    sign_in(*EVERYTHING)
    desk = Desk(app, "book")
    for number in range(50):
        with pytest.raises(BadQuery):
            desk.row(1, (f"x{number}",))
    assert len(Paths.of(desk.description)._found) == 0
    assert len(Plans.of(desk.description)._found) == 0


@pytest.mark.parametrize("key", ["1x", "007", 10**23, None, (1, 2), 1.5, "1\0", b"1", {}])
def test_key_that_is_none(desk: Desk, sign_in: Any, key: Any) -> None:
    """What is no key is not found, in every act."""
    sign_in(*EVERYTHING)
    for act in (
        lambda: desk.row(key, ("title",)),
        lambda: desk.get(key),
        lambda: desk.update(key, {}),
        lambda: desk.delete(key),
        lambda: desk.related(key),
        lambda: desk.history(key),
        lambda: desk.restore(key, 0.0),
    ):
        with pytest.raises(NotFound):
            act()


@pytest.mark.parametrize(
    "more",
    [{"limit": 0}, {"limit": -1}, {"limit": True}, {"limit": "5"}, {"limit": 10**21},
     {"offset": -1}, {"offset": 10**21}, {"cap": 0}, {"total": "all"}, {"order": "title"},
     {"order": ("title",) * 11}],
)  # fmt: skip
def test_numbers_have_bounds(desk: Desk, sign_in: Any, more: Any) -> None:
    """What a query's numbers and words must be is checked (S55)."""
    sign_in("book.read")
    with pytest.raises(BadQuery):
        titles(desk, **more)


def test_fields_have_a_bound(desk: Desk, sign_in: Any) -> None:
    """A query names as many fields as its kind has, and a hundred beside them (S55)."""
    sign_in("book.read")
    most = 100 + len(desk.description.fields)
    assert desk.page(Query(fields=("title",) * most)).rows
    with pytest.raises(BadQuery, match=f"at most {most} fields"):
        desk.page(Query(fields=("title",) * (most + 1)))


def test_relations_of_a_query_have_a_bound(
    desk: Desk, sign_in: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A query joins no more relations than every database can."""
    sign_in(*EVERYTHING)
    monkeypatch.setattr("stack_core.inspection.MOST_RELATIONS", 2)
    both = ("author.name", "author.email", "author.team.name")
    assert desk.row(1, both) == ("Ann", "Ann@example.org", "Red")
    with pytest.raises(BadQuery, match="at most 2 relations"):
        desk.row(1, (*both, "seat"))


def test_limit_is_the_desks(app: Flask, library: Any, sign_in: Any) -> None:
    """A page has at most as many rows as its desk allows."""
    sign_in("book.read")
    assert titles(Desk(app, "book", limit=2), limit=10**9) == ["Axes", "Boats"]


def test_stream_refuses_at_once(desk: Desk, sign_in: Any, books: Any) -> None:
    """Everything is checked when a stream is asked for, before its first row (S61)."""
    sign_in("book.read")
    with pytest.raises(BadQuery):
        desk.stream(Query(fields=("token",)))
    with pytest.raises(BadQuery):
        desk.stream(Query(fields=("title",), order=("token",)))
    with pytest.raises(BadQuery):
        desk.stream(Query(fields=("title",), where=Is("pages", "eq", "x")))
    with pytest.raises(BadQuery):
        desk.stream(Query(fields=("title",), search="x", search_in=("token",)))
    assert books.asked == []
    sign_in()
    with pytest.raises(Denied):
        desk.stream(Query(fields=("title",)))


def test_store_that_is_not_able(desk: Desk, sign_in: Any, books: Any) -> None:
    """What a store cannot do is refused before it is asked (S51)."""
    sign_in(*EVERYTHING)
    assert desk.able("search")
    books.abilities = frozenset()
    assert not desk.able("search")
    for act in (
        lambda: desk.page(Query(fields=("title",), search="x")),
        lambda: desk.stream(Query(fields=("title",))),
        lambda: desk.aggregate(Aggregate(measures=(Measure("count"),))),
        lambda: desk.history(1),
        lambda: desk.related(1),
        lambda: desk.restore(1, 0.0),
        lambda: desk.create_many([]),
        lambda: desk.update_where(All(), {}),
        lambda: desk.delete_where(All()),
    ):
        with pytest.raises(Unable):
            act()
