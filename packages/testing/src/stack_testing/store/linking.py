"""The contract of to-many relations of many rows at once: S73."""

from __future__ import annotations

from typing import Any

import pytest

from stack_core.filter import FALSE, TRUE, Is
from stack_core.problem import BadQuery
from stack_core.query import EVERYTHING, Reach

from .asking import by_key, find_keys
from .demand import needs
from .reaching import ANN, RED, is_red, reach
from .rows import BOOKS, ROWS
from .stand import StoreStand

Pair = tuple[Any, Any]
MANY = 1000
"""More pairs than there are."""


def pairs_of(kind: str, name: str) -> list[Pair]:
    """Return the pairs of a relation of the contract's rows, in order."""
    found: list[Pair] = []
    match kind, name:
        case "author", ("books" | "edited"):
            back = "author" if name == "books" else "editor"
            found = [(row[back], row["id"]) for row in BOOKS if row[back] is not None]
        case "book", "copies":
            found = [(row["book"], (row["book"], row["number"])) for row in ROWS["copy"]]
        case "copy", "loans":
            found = [(row["copy"], row["id"]) for row in ROWS["loan"] if row["copy"]]
        case "book", "tags":
            found = [(row["book"], row["tag"]) for row in ROWS["tagging"]]
        case "tag", "books":
            found = [(row["tag"], row["book"]) for row in ROWS["tagging"]]
    return sorted(found)


EVERY = [
    ("author", "books"),
    ("author", "edited"),
    ("book", "copies"),
    ("copy", "loans"),
    ("book", "tags"),
    ("tag", "books"),
]


class LinkingContract:
    """What relations of many rows lead to is read at once."""

    @needs("links")
    @pytest.mark.parametrize(("kind", "name"), EVERY)
    def test_links(self, stores: StoreStand, kind: str, name: str) -> None:
        """S73: each row is paired with each that it leads to, and those asked for only."""
        store, wanted = stores[kind], pairs_of(kind, name)
        keys = find_keys(store)
        assert sorted(store.links(name, keys, EVERYTHING, limit=MANY)) == wanted
        for key in (wanted[0][0], wanted[-1][0]):
            own = [pair for pair in wanted if pair[0] == key]
            assert sorted(store.links(name, [key, key], EVERYTHING, limit=MANY)) == own
        assert store.links(name, [], EVERYTHING, limit=MANY) == []

    @needs("links")
    @pytest.mark.parametrize(("kind", "name"), EVERY)
    def test_links_are_in_order(self, stores: StoreStand, kind: str, name: str) -> None:
        """S73: pairs are in the order of the first key, then of the second, up to a limit."""
        store, other = stores[kind], stores[kind].description.by_name[name].relation
        keys, others = find_keys(store), find_keys(stores[other])
        whole = store.links(name, keys[::-1], EVERYTHING, limit=MANY)
        assert whole == sorted(whole, key=lambda pair: [*map(list.index, (keys, others), pair)])
        for limit in (1, 2, len(whole) - 1, len(whole)):
            assert store.links(name, keys, EVERYTHING, limit=limit) == whole[:limit]

    @needs("links")
    def test_hidden_others_have_no_links(self, stores: StoreStand) -> None:
        """S73: rows that are not seen through a relation are in no pair."""
        store, keys = stores["author"], list(by_key("author"))
        mine = reach(book=Is("title", "eq", "tie"))
        wanted = [pair for pair in pairs_of("author", "books") if pair[1] in (19, 20, 21)]
        assert store.links("books", keys, mine, limit=MANY) == wanted
        red = reach(book=RED, author=ANN, team=FALSE)
        wanted = [pair for pair in pairs_of("author", "edited") if is_red(by_key("book")[pair[1]])]
        assert store.links("edited", keys, red, limit=MANY) == wanted
        assert store.links("books", keys, reach(book=FALSE), limit=MANY) == []
        heavy = reach(tag=Is("weight", "null", False))
        wanted = [pair for pair in pairs_of("book", "tags") if pair[1] != ".."]
        found = stores["book"].links("tags", list(by_key("book")), heavy, limit=MANY)
        assert sorted(found) == wanted

    @needs("links")
    def test_hidden_rows_have_no_links(self, stores: StoreStand) -> None:
        """S73: of the rows that are asked for those count that are in reach."""
        for name in ("tags", "copies"):
            found = stores["book"].links(name, list(by_key("book")), reach(RED), limit=MANY)
            wanted = [p for p in pairs_of("book", name) if is_red(by_key("book")[p[0]])]
            assert sorted(found) == wanted
            assert stores["book"].links(name, [1, 2, 999], reach(FALSE), limit=MANY) == []

    @needs("links", "soft")
    def test_marked_rows_have_no_links(self, stores: StoreStand) -> None:
        """S73: a row that is marked as deleted is in no pair, on neither side."""
        store = stores["note"]
        assert store.links("replies", [1, 2, 3], EVERYTHING, limit=9) == [(1, 2), (1, 3)]
        store.delete(2, EVERYTHING)
        assert store.links("replies", [1, 2, 3], EVERYTHING, limit=9) == [(1, 3)]
        store.delete(1, EVERYTHING)
        assert store.links("replies", [1, 2, 3], EVERYTHING, limit=9) == []

    @needs("links")
    @pytest.mark.parametrize("name", ["author", "title", "nothing", "", "author.books", "tags.x"])
    def test_links_need_a_relation_to_many(self, stores: StoreStand, name: str) -> None:
        """S73: only a to-many relation of the kind itself has links."""
        with pytest.raises((LookupError, BadQuery)):
            stores["book"].links(name, [1], EVERYTHING, limit=9)

    @needs("links")
    def test_links_need_a_scope(self, stores: StoreStand) -> None:
        """S24: links into a kind that nobody gave a scope for are an error, of no row too."""
        for keys in ([1], []):
            with pytest.raises(LookupError):
                stores["book"].links("tags", keys, Reach(through=(("book", TRUE),)), limit=9)

    @needs("links")
    def test_links_of_very_many_rows(self, stores: StoreStand) -> None:
        """S73: there may be more keys than a statement takes, and the limit is for all of them."""
        store, keys = stores["author"], [*range(2000, 6, -1), *by_key("author")]
        wanted = pairs_of("author", "books")
        assert store.links("books", keys, EVERYTHING, limit=MANY) == wanted
        assert store.links("books", keys, EVERYTHING, limit=5) == wanted[:5]

    @needs("links", "statements")
    @pytest.mark.parametrize(("kind", "name"), EVERY)
    def test_links_are_one_statement(self, stores: StoreStand, kind: str, name: str) -> None:
        """S37: links of up to 500 rows are one statement, whatever the keys and the limit."""
        store, keys = stores[kind], find_keys(stores[kind])
        sent = []
        for some, limit in ((keys, MANY), (keys[:1], 1)):
            with stores.statements() as statements:
                store.links(name, some, EVERYTHING, limit=limit)
            sent.append(len(statements))
        assert sent == [1, 1]

    @needs("links", "write")
    def test_links_see_what_is_written(self, stores: StoreStand) -> None:
        """S38: links show what the transaction has written."""
        with stores["book"].transaction() as work:
            work.update(1, {"author": 1}, EVERYTHING)
            assert (1, 1) in stores["author"].links("books", [1], EVERYTHING, limit=9)
