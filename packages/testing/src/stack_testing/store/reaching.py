"""The contract of scopes: S23, S24, S27, S28 and S36."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from stack_core.filter import FALSE, TRUE, All, AnyOf, Filter, Is, Not, Some
from stack_core.problem import NotFound
from stack_core.query import EVERYTHING, Aggregate, Group, Measure, Query, Reach
from stack_core.store import Store

from .asking import by_key, expected, find_keys, find_rows, walk, walk_keys
from .demand import needs
from .library import FIELDS
from .rows import BOOKS
from .stand import StoreStand

RED = Is("author.team.name", "eq", "red")
"""The books of the red team's authors, who are ann and bob."""
ANN = Is("name", "eq", "ann")
KINDS = tuple((kind, TRUE) for kind in FIELDS)


def reach(row: Filter = TRUE, **through: Filter) -> Reach:
    """Return a reach in which all kinds are seen whole, but these."""
    return Reach(row=row, through=tuple({**dict(KINDS), **through}.items()))


def is_red(row: Mapping[str, Any]) -> bool:
    """Tell whether a book is of the red team."""
    return row["author"] in (1, 2)


class ReachingContract:
    """What is out of reach is not there, whichever way one goes."""

    def test_rows_are_scoped(self, stores: StoreStand) -> None:
        """S27: a scope goes through relations, and every read obeys it."""
        store, mine, red = stores["book"], reach(RED), expected("book", is_red)
        assert find_keys(store, reach=mine) == red
        query = Query(fields=(), order=("-title",), limit=2, total="exact")
        pages = list(walk(store, query, mine))
        assert sorted(walk_keys(iter(pages))) == red
        assert {page.total and page.total.count for page in pages} == {len(red)}
        query = Query(fields=(), total="capped", cap=1000)
        total = store.page(query, mine).total
        assert total is not None
        assert total.count == len(red)
        for key in by_key("book"):
            assert (store.row(key, ["title"], mine) is not None) == (key in red)
            assert (store.get(key, mine) is not None) == (key in red)
        assert find_keys(store, reach=reach(FALSE)) == []

    @needs("stream")
    def test_stream_is_scoped(self, stores: StoreStand) -> None:
        """S27: a stream obeys the scope."""
        rows = stores["book"].stream(Query(fields=("",)), reach(RED))
        assert [key for (key,) in rows] == expected("book", is_red)

    @needs("search")
    def test_search_is_scoped(self, stores: StoreStand) -> None:
        """S27: a search obeys the scope."""
        query = Query(fields=(), search="tie", limit=100, total="exact")
        page = stores["book"].page(query, reach(RED))
        assert page.keys == expected("book", lambda row: is_red(row) and row["title"] == "tie")
        assert page.total is not None
        assert page.total.count == len(page.keys)

    @needs("aggregate")
    def test_aggregate_is_scoped(self, stores: StoreStand) -> None:
        """S27: numbers obey the scope."""
        what = Aggregate(measures=(Measure("count"),))
        assert stores["book"].aggregate(what, reach(RED)) == [(len(expected("book", is_red)),)]

    @needs("write")
    def test_hidden_row_is_not_written(self, stores: StoreStand) -> None:
        """S27: a row out of reach is written as little as one that there is not."""
        store, mine = stores["book"], reach(RED)
        key = next(key for key in by_key("book") if key not in expected("book", is_red))
        for wrong in (key, 999):
            with pytest.raises(NotFound):
                store.update(wrong, {"title": "new"}, mine)
            with pytest.raises(NotFound):
                store.delete(wrong, mine)
        assert store.row(key, ["title"], EVERYTHING) == (by_key("book")[key]["title"],)

    def test_hidden_relation_reads_as_none(self, stores: StoreStand) -> None:
        """S36: what is behind a hidden row reads as None, and so does its key (S28)."""
        fields = ("author", "author.name", "author.team", "author.team.name", "author.boss.name")
        for row, read in zip(
            BOOKS, find_rows(stores["book"], *fields, reach=reach(author=ANN)), strict=True
        ):
            seen = (1, "ann", 1, "red", None)
            assert tuple(read) == (seen if row["author"] == 1 else (None,) * 5)
        assert stores["book"].row(2, fields, reach(author=ANN)) == (None,) * 5

    def test_hidden_link_in_between(self, stores: StoreStand) -> None:
        """S36: behind a hidden row nothing is seen, though it could be seen by another way."""
        team = reach(author=Not(ANN), team=Is("name", "eq", "red"))
        fields = ("author.name", "author.team.name", "author.boss.name")
        for row, read in zip(BOOKS, find_rows(stores["book"], *fields, reach=team), strict=True):
            author = by_key("author")[row["author"]]
            boss = by_key("author").get(author["boss"])
            wanted = (
                author["name"],
                "red" if author["team"] == 1 else None,
                boss["name"] if boss and boss["name"] != "ann" else None,
            )
            assert tuple(read) == (wanted if author["name"] != "ann" else (None,) * 3)

    @pytest.mark.parametrize(
        "part",
        [
            Is("author.name", "eq", "bob"),
            Is("author", "eq", 2),
            Is("author", "in", [2, 3]),
            Is("author.email", "null", False),
            Is("author.name", "contains", "o"),
            Is("author.team.name", "eq", "blue"),
            Some("author.books"),
        ],
        ids=repr,
    )
    def test_hidden_relation_matches_nothing(self, stores: StoreStand, part: Filter) -> None:
        """S36: a filter cannot find out what is hidden: it is false there, and its Not true."""
        mine = reach(author=ANN)
        found = find_keys(stores["book"], part, mine)
        ann = expected("book", lambda row: row["author"] == 1)
        assert set(found) <= set(ann)
        others = find_keys(stores["book"], Not(part), mine)
        assert set(others) == set(by_key("book")) - set(found)

    def test_hidden_relation_is_missing(self, stores: StoreStand) -> None:
        """S36: it is missing, as one that leads nowhere is."""
        mine, ann = reach(author=ANN), expected("book", lambda row: row["author"] == 1)
        store = stores["book"]
        assert find_keys(store, Is("author", "null", False), mine) == ann
        assert find_keys(store, Is("author.name", "null", False), mine) == ann
        others = [key for key in by_key("book") if key not in ann]
        assert find_keys(store, Is("author", "null", True), mine) == others
        assert find_keys(store, Is("author.name", "null", True), mine) == others

    @pytest.mark.parametrize("path", ["author", "author.name", "author.team.name"])
    def test_hidden_relation_sorts_last(self, stores: StoreStand, path: str) -> None:
        """S36: a hidden value sorts as a missing one, and pages go on over it."""
        mine, ann = reach(author=ANN), expected("book", lambda row: row["author"] == 1)
        others = [key for key in by_key("book") if key not in ann]
        for order in ((path,), ("-" + path,)):
            assert find_keys(stores["book"], reach=mine, order=order) == ann + others
            pages = walk(stores["book"], Query(fields=(), order=order, limit=4), mine)
            assert walk_keys(pages) == ann + others

    @pytest.mark.parametrize("nothing", [FALSE, Is("id", "in", [])], ids=["false", "empty"])
    def test_kind_is_hidden_whole(self, stores: StoreStand, nothing: Filter) -> None:
        """S36: where nothing of a kind is seen, lists go on without it."""
        mine, paths = reach(author=nothing), ("author.team.name", "-author.boss.name")
        rows = find_rows(stores["book"], "", "author.boss.team", reach=mine, order=paths)
        assert [tuple(row) for row in rows] == [(key, None) for key in by_key("book")]

    def test_some_sees_what_is_seen(self, stores: StoreStand) -> None:
        """S36: a hidden row of a to-many relation is not one of some."""
        store = stores["author"]
        assert find_keys(store, Some("books"), reach(book=FALSE)) == []
        assert find_keys(store, Not(Some("books")), reach(book=FALSE)) == list(by_key("author"))
        books = reach(book=Is("title", "eq", "tie"))
        wanted = sorted({row["author"] for row in BOOKS if row["title"] == "tie"})
        assert find_keys(store, Some("books"), books) == wanted
        assert find_keys(store, Some("books", Is("title", "eq", "zebra")), books) == []
        tags = Some("tags", Is("word", "in", ["plain", ".."]))
        assert find_keys(stores["book"], tags, reach(tag=Is("weight", "null", False))) == [1, 2, 7]

    def test_row_scope_sees_everything(self, stores: StoreStand) -> None:
        """S27: a scope is not narrowed by what is seen through relations: they share no join."""
        mine = reach(RED, author=ANN)
        rows = find_rows(stores["book"], "", "author.name", reach=mine)
        assert [key for key, _ in rows] == expected("book", is_red)
        assert {name for _, name in rows} == {"ann", None}
        found = find_keys(stores["book"], RED, mine)
        assert found == expected("book", lambda row: row["author"] == 1)

    def test_scope_behind_a_relation(self, stores: StoreStand) -> None:
        """S27: the scope of another kind goes through relations itself, and sees all of them."""
        mine = reach(author=Is("team.name", "eq", "red"), team=FALSE)
        rows = find_rows(stores["book"], "author.name", "author.team.name", reach=mine)
        wanted = [(by_key("author")[row["author"]]["name"], None) for row in BOOKS]
        assert [tuple(row) for row in rows] == [
            row if row[0] in ("ann", "bob") else (None, None) for row in wanted
        ]
        boss = reach(author=Some("edited", Is("title", "eq", "istanbul")))
        names = {name for (name,) in find_rows(stores["book"], "author.name", reach=boss)}
        assert names == {"ann", None}

    def test_own_kind_is_scoped_twice(self, stores: StoreStand) -> None:
        """S36: through a relation to one's own kind the scope of that kind counts."""
        store, mine = stores["author"], reach(Is("team", "null", False), author=Not(ANN))
        rows = find_rows(store, "name", "boss", "boss.name", reach=mine)
        assert [tuple(row) for row in rows] == [
            ("ann", None, None),
            ("bob", None, None),
            ("cid", None, None),
            ("dot", 3, "cid"),
            ("fay", 5, "eve"),
        ]

    @pytest.mark.parametrize(
        "ask",
        [
            lambda store, mine: store.page(Query(fields=("author.name",)), mine),
            lambda store, mine: store.page(Query(fields=("author",)), mine),
            lambda store, mine: store.page(Query(fields=(), order=("-author.name",)), mine),
            lambda store, mine: find_keys(store, Is("author.name", "eq", "x"), mine),
            lambda store, mine: find_keys(store, All((Not(AnyOf((RED,))),)), mine),
            lambda store, mine: find_keys(store, Some("author.books"), mine),
            lambda store, mine: find_keys(store, Some("copies"), mine),
            lambda store, mine: find_keys(store, Not(Some("tags", FALSE)), mine),
            lambda store, mine: store.row(1, ["author.name"], mine),
        ],
    )
    def test_forgotten_kind_raises(
        self, stores: StoreStand, ask: Callable[[Store, Reach], object]
    ) -> None:
        """S24: a kind that nobody gave a scope for is an error and not every row."""
        with pytest.raises(LookupError):
            ask(stores["book"], Reach(through=(("team", TRUE), ("book", TRUE))))

    @needs("stream", "aggregate")
    def test_forgotten_kind_raises_elsewhere(self, stores: StoreStand) -> None:
        """S24: so it is in streams and numbers."""
        with pytest.raises(LookupError):
            stores["book"].stream(Query(fields=("author.name",)), Reach())
        what = Aggregate(measures=(Measure("count"),), groups=(Group("author.name"),))
        with pytest.raises(LookupError):
            stores["book"].aggregate(what, Reach())
        what = Aggregate(measures=(Measure("max", "editor.name"),))
        with pytest.raises(LookupError):
            stores["book"].aggregate(what, Reach())

    def test_only_what_is_met_is_asked_for(self, stores: StoreStand) -> None:
        """S24: a kind that a query does not meet needs no scope, nor one that a scope meets."""
        assert len(find_keys(stores["book"], Is("title", "eq", "tie"), Reach())) == 3
        assert find_keys(stores["book"], reach=Reach(row=RED)) == expected("book", is_red)

    def test_query_knows_no_scope(self, stores: StoreStand) -> None:
        """S23: one query is answered by each reach anew, and can be kept and sent."""
        query = Query(fields=("title", "author.name"), order=("title",), limit=100)
        sent = msgspec.json.decode(msgspec.json.encode(query), type=Query)
        assert sent == query
        store = stores["book"]
        before = store.page(sent, EVERYTHING)
        assert store.page(sent, reach(FALSE)).keys == []
        assert sorted(store.page(sent, reach(RED)).keys) == expected("book", is_red)
        assert {name for _, name in store.page(sent, reach(author=FALSE)).rows} == {None}
        assert store.page(sent, EVERYTHING) == before

    def test_alike_scopes_of_other_values(self, stores: StoreStand) -> None:
        """S23: two reaches of one shape and other values do not get each other's rows."""
        teams = {"red": (1, 2), "blue": (3, 4), "green": (6,)}
        for name in ("red", "blue", "green", "red"):
            part, members = Is("author.team.name", "eq", name), teams[name]
            wanted = [row["id"] for row in BOOKS if row["author"] in members]
            assert find_keys(stores["book"], reach=reach(part)) == wanted
            seen = reach(author=Is("team.name", "eq", name))
            names = {name for (name,) in find_rows(stores["book"], "author.team.name", reach=seen)}
            assert names == {name, None}
