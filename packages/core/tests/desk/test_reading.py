"""What a desk reads, for whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from stack_core.desk import Desk
from stack_core.filter import FALSE, All, AnyOf, Is, Not, Some
from stack_core.problem import BadQuery, Denied, NotFound, Problem, Unable
from stack_core.query import Aggregate, Group, Measure, Query

EVERYTHING = [
    f"{kind}.{verb}"
    for kind in ("book", "author", "team", "tag", "seat")
    for verb in ("read", "create", "update", "delete", "restore", "publish")
]
SENTENCE = "There is no {!r} to ask for here. Look at what there is."
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


@pytest.mark.parametrize("text", ["a\0", "\ud800", "x" * 1001, 7])
def test_search_is_text(desk: Desk, sign_in: Any, text: Any) -> None:
    """What no database can look for is refused (S55)."""
    sign_in("book.read")
    with pytest.raises(BadQuery):
        titles(desk, search=text)


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
    with pytest.raises(BadQuery):
        desk.page(Query(fields=("title",) * 101))


def test_limit_is_the_desks(app: Flask, library: Any, sign_in: Any) -> None:
    """A page has at most as many rows as its desk allows."""
    sign_in("book.read")
    assert titles(Desk(app, "book", limit=2), limit=10**9) == ["Axes", "Boats"]


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


def test_values_of_other_types(desk: Desk, sign_in: Any, books: Any) -> None:
    """Rows come as the store has them: the desk adds and changes nothing."""
    sign_in("book.read", "seat.read")
    assert desk.row(1, ("", "price", "published", "seat")) == (
        1, Decimal("0.25"), date(2026, 1, 1), (7, "a"),
    )  # fmt: skip


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


def test_unknown_paths_are_not_kept(app: Flask, library: Any, sign_in: Any) -> None:
    """A desk remembers paths that exist, and none that somebody makes up."""
    sign_in(*EVERYTHING)
    desk = Desk(app, "book")
    for number in range(50):
        with pytest.raises(BadQuery):
            desk.row(1, (f"x{number}",))
    assert len(desk._paths._found) == 0
