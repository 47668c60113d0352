"""The contract of pages, orders, totals, streams and searches: S19, S20, S37 and S39."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from typing import Any, cast

import pytest

from stack_core.filter import Is, Not
from stack_core.query import EVERYTHING, Position, Query

from .asking import by_key, expected, find_keys, find_rows, walk, walk_keys
from .demand import needs
from .rows import BOOKS
from .stand import StoreStand

ORDERS: list[tuple[str, ...]] = [
    (),
    ("",),
    ("-",),
    ("pages",),
    ("-pages",),
    ("title",),
    ("-title", "price"),
    ("author", "-published"),
    ("editor.name", "-rating"),
    ("-editor.team.name", "sold"),
    ("sold", "added"),
    ("-price", "-pages", "-added"),
    ("published", "-rating", "isbn"),
]


def sort_rows(name: str, *, descending: bool = False) -> list[int]:
    """Return the keys of the books in the order of a value: missing ones last, then by key."""
    there = [row for row in BOOKS if row[name] is not None]
    there = sorted(there, key=lambda row: row[name], reverse=descending)
    missing = [row["id"] for row in BOOKS if row[name] is None]
    return [row["id"] for row in there] + missing


class PagingContract:
    """Pages both ways are the whole list, in one order."""

    @pytest.mark.parametrize(
        "name", ["pages", "price", "rating", "sold", "published", "added", "author", "editor"]
    )
    def test_missing_comes_last(self, stores: StoreStand, name: str) -> None:
        """S19: missing values come last in both directions, and the key decides between equals."""
        store = stores["book"]
        assert find_keys(store, order=[name]) == sort_rows(name)
        assert find_keys(store, order=["-" + name]) == sort_rows(name, descending=True)

    def test_missing_relation_comes_last(self, stores: StoreStand) -> None:
        """S19: so does what is behind a relation that leads nowhere."""
        for order, descending in (("editor.name", False), ("-editor.name", True)):
            rows = find_rows(stores["book"], "editor.name", order=[order])
            names = [name for (name,) in rows]
            there = sorted((name for name in names if name is not None), reverse=descending)
            assert names == there + [None] * (len(names) - len(there))

    @pytest.mark.parametrize("size", [1, 3, 7])
    @pytest.mark.parametrize("order", ORDERS, ids=",".join)
    def test_pages_are_the_list(
        self, stores: StoreStand, order: tuple[str, ...], size: int
    ) -> None:
        """S20: every order is total: page by page, both ways, is the whole list once."""
        store = stores["book"]
        whole = find_keys(store, order=order)
        assert sorted(whole) == list(by_key("book"))
        query = Query(fields=("title",), order=order, limit=size)
        pages = list(walk(store, query))
        assert walk_keys(iter(pages)) == whole
        assert pages[0].previous is None
        back = pages[-1].previous
        assert back is not None
        found = walk_keys(walk(store, query, start=back), backwards=True)
        assert [*found, *pages[-1].keys] == whole

    def test_composite_keys_are_turned(self, stores: StoreStand) -> None:
        """S20: a key of several columns ends an order too."""
        for order in ((), ("place",), ("-place",), ("-",)):
            whole = find_keys(stores["copy"], order=order)
            query = Query(fields=(), order=order, limit=1)
            assert walk_keys(walk(stores["copy"], query)) == whole
            assert len(set(whole)) == 4
        assert find_keys(stores["copy"]) == [(1, 1), (1, 2), (2, 1), (11, 1)]
        assert find_keys(stores["copy"], order=["-"]) == [(11, 1), (2, 1), (1, 2), (1, 1)]

    def test_page_has_its_fields(self, stores: StoreStand) -> None:
        """A page has plain tuples of the fields that were asked for, and the keys beside."""
        fields = ("title", "author.name", "title", "")
        page = stores["book"].page(Query(fields=fields, limit=2), EVERYTHING)
        assert page.fields == fields
        assert [tuple(row) for row in page.rows] == [
            ("Straße", "bob", "Straße", 1),
            ("STRASSE", "cid", "STRASSE", 2),
        ]
        assert page.keys == [1, 2]
        assert stores["book"].page(Query(fields=(), limit=2), EVERYTHING).rows == [(), ()]

    @pytest.mark.parametrize("name", ["pages", "-pages", "published", "-author"])
    def test_jump_by_value(self, stores: StoreStand, name: str) -> None:
        """A position of fewer values than the order begins at the first row with those."""
        store, path = stores["book"], name.removeprefix("-")
        order = (name, "price")
        whole = find_keys(store, order=order)
        values = by_key("book")
        for value in {row[path] for row in BOOKS if row[path] is not None}:
            first = next(i for i, key in enumerate(whole) if values[key][path] == value)
            position = Position((value,))
            query = Query(fields=(), order=order, position=position, limit=4)
            assert store.page(query, EVERYTHING).keys == whole[first : first + 4]
            position = Position((value,), backwards=True)
            query = Query(fields=(), order=order, position=position, limit=4)
            assert store.page(query, EVERYTHING).keys == whole[max(0, first - 4) : first]

    def test_ends_of_the_list(self, stores: StoreStand) -> None:
        """A position without values is before the first row, or backwards behind the last."""
        store, whole = stores["book"], find_keys(stores["book"], order=["-pages"])
        begin = Query(fields=(), order=("-pages",), limit=4, position=Position(()))
        assert store.page(begin, EVERYTHING).keys == whole[:4]
        end = Query(fields=(), order=("-pages",), limit=4, position=Position((), backwards=True))
        page = store.page(end, EVERYTHING)
        assert (page.keys, page.next) == (whole[-4:], None)
        before = Query(fields=(), order=("-pages",), limit=4, position=page.previous)
        assert store.page(before, EVERYTHING).keys == whole[-8:-4]

    def test_position_counts_alone(self, stores: StoreStand) -> None:
        """An offset is for pages without a position."""
        query = Query(fields=(), limit=3, offset=5, position=Position((4,)))
        assert stores["book"].page(query, EVERYTHING).keys == [5, 6, 7]

    def test_offset(self, stores: StoreStand) -> None:
        """An offset leaves rows out, and from such a page one goes on both ways."""
        store, whole = stores["book"], find_keys(stores["book"], order=["-pages"])
        query = Query(fields=(), order=("-pages",), offset=5, limit=4)
        page = store.page(query, EVERYTHING)
        assert page.keys == whole[5:9]
        for position, wanted in ((page.next, whole[9:13]), (page.previous, whole[1:5])):
            query = Query(fields=(), order=("-pages",), position=position, limit=4)
            assert store.page(query, EVERYTHING).keys == wanted
        beyond = store.page(Query(fields=(), offset=10_000), EVERYTHING)
        assert (beyond.keys, beyond.next) == ([], None)

    def test_totals(self, stores: StoreStand) -> None:
        """A total says how it is known: exact, or that the count stopped."""
        store, part = stores["book"], Not(Is("pages", "null", True))
        found = len(expected("book", lambda row: row["pages"] is not None))
        page = store.page(Query(fields=(), where=part, limit=1, total="exact"), EVERYTHING)
        assert page.total is not None
        assert (page.total.count, page.total.how) == (found, "exact")
        query = Query(fields=(), where=part, limit=1, total="capped", cap=5)
        page = store.page(query, EVERYTHING)
        assert page.total is not None
        assert (page.total.count, page.total.how) == (5, "capped")
        query = Query(fields=(), where=part, limit=1, total="capped", cap=1000)
        page = store.page(query, EVERYTHING)
        assert page.total is not None
        assert (page.total.count, page.total.how) == (found, "exact")
        assert store.page(Query(fields=()), EVERYTHING).total is None

    def test_total_is_of_all_pages(self, stores: StoreStand) -> None:
        """A total counts the rows of all pages, whichever page it comes with."""
        query = Query(fields=(), order=("title",), limit=5, total="exact")
        totals = [page.total and page.total.count for page in walk(stores["book"], query)]
        assert set(totals) == {len(BOOKS)}

    def test_estimate(self, stores: StoreStand) -> None:
        """Who asks for an estimate is told what was given in its place."""
        page = stores["book"].page(Query(fields=(), total="estimate"), EVERYTHING)
        assert page.total is not None
        assert page.total.how == "estimate" or page.total.count == len(BOOKS)
        assert page.total.count >= 0

    @needs("write")
    def test_position_outlives_its_row(self, stores: StoreStand) -> None:
        """A position is between rows: it stays where it is when its row is gone."""
        store, whole = stores["note"], find_keys(stores["note"], order=["-slug"])
        query = Query(fields=(), order=("-slug",), limit=1)
        page = store.page(query, EVERYTHING)
        store.delete(page.keys[0], EVERYTHING)
        follow = Query(fields=(), order=("-slug",), limit=1, position=page.next)
        assert store.page(follow, EVERYTHING).keys == whole[1:2]

    @needs("write")
    @pytest.mark.parametrize("backwards", [False, True], ids=["forwards", "backwards"])
    @pytest.mark.parametrize("order", [("-pages",), ("title",), ("editor.name", "price")])
    def test_rows_come_and_go(
        self, stores: StoreStand, order: tuple[str, ...], backwards: bool
    ) -> None:
        """S20: while rows come and go between pages, none that stays is lost or repeated."""
        store, changes = stores["book"], iter(range(100, 200))
        gone = {3, 8, 13, 20}

        def change(page: object) -> None:
            key = next(changes)
            values = {"title": f"new {key}", "author": 1, "pages": key % 3 * 100, "id": key}
            store.create(values, EVERYTHING)
            if key - 100 in gone or key - 95 in gone:
                store.delete(key - 100 if key - 100 in gone else key - 95, EVERYTHING)

        stays = [key for key in find_keys(store, order=order) if key not in gone]
        query = Query(fields=(), order=order, limit=3)
        if backwards:
            *_, last = walk(store, query)
            assert last.previous is not None
            pages = walk(store, query, start=last.previous, between=change)
            found = [*walk_keys(pages, backwards=True), *last.keys]
        else:
            found = walk_keys(walk(store, query, between=change))
        assert len(set(found)) == len(found)
        assert [key for key in found if key in stays] == stays

    @needs("stream")
    def test_stream_is_the_list(self, stores: StoreStand) -> None:
        """A stream has every row in order; position, offset and limit do not count."""
        store, fields = stores["book"], ("title", "author.name")
        query = Query(
            fields=fields, order=("-pages",), offset=3, limit=2, position=Position((100,))
        )
        whole = find_rows(store, *fields, order=("-pages",))
        assert [tuple(row) for row in store.stream(query, EVERYTHING)] == whole
        part = Query(fields=("",), where=Is("author", "eq", 2))
        assert [key for (key,) in store.stream(part, EVERYTHING)] == expected(
            "book", lambda row: row["author"] == 2
        )

    @needs("stream")
    def test_stream_is_left_early(self, stores: StoreStand) -> None:
        """S39: a stream that is closed gives back what it held."""
        for _ in range(30):
            rows = stores["book"].stream(Query(fields=("title",)), EVERYTHING)
            with closing(cast("Any", rows)):
                assert next(rows)
        assert len(find_keys(stores["book"])) == len(BOOKS)

    @needs("stream")
    def test_stream_refuses_at_once(self, stores: StoreStand) -> None:
        """S39: what a stream refuses it refuses before it is asked for a row."""
        with pytest.raises(LookupError):
            stores["book"].stream(Query(fields=("nothing",)), EVERYTHING)

    @needs("search")
    @pytest.mark.parametrize(
        ("text", "wanted"),
        [("parrot", [7]), ("PARROT", [7]), ("zebra", [10, 11]), ("nowhere", []), ("", None)],
    )
    def test_search(self, stores: StoreStand, text: str, wanted: Sequence[int] | None) -> None:
        """A search looks into all searchable fields, without the case of ASCII letters."""
        query = Query(fields=(), search=text, limit=100, total="exact")
        page = stores["book"].page(query, EVERYTHING)
        assert page.keys == (list(by_key("book")) if wanted is None else wanted)
        assert page.total is not None
        assert page.total.count == len(page.keys)
        assert (page.searched == "none") == (text == "")

    @needs("search")
    def test_search_looks_into_all_of_them(self, stores: StoreStand) -> None:
        """A search finds text in any searchable field, and in no other one."""
        found = stores["book"].page(Query(fields=(), search="subtitle", limit=100), EVERYTHING)
        assert found.keys == expected("book", lambda row: row["subtitle"])
        assert stores["book"].page(Query(fields=(), search="isbn"), EVERYTHING).keys == []
        both = Query(fields=(), search="zebra", where=Is("subtitle", "null", False), limit=100)
        assert stores["book"].page(both, EVERYTHING).keys == [10]

    @needs("search")
    def test_search_is_for_every_word(self, stores: StoreStand) -> None:
        """Each word must be there, in whichever of the fields, and as a part of a word too."""
        for text, wanted in (
            ("zebra subtitle", [10]),
            ("subtitle zebra", [10]),
            ("SNAKE case", [14, 15]),
            ("zebra parrot", []),
            ("stanbul", [3, 4]),
        ):
            page = stores["book"].page(Query(fields=(), search=text), EVERYTHING)
            assert page.keys == wanted, text

    @needs("search")
    def test_search_takes_letters_as_they_are(self, stores: StoreStand) -> None:
        """What means something to an engine of searches is text here, and no error."""
        for text, wanted in (
            ("100%", [12]),
            ("snake_case", [14]),
            ("back\\slash", [16]),
            ("'; DROP TABLE book; --", [18]),
            ('"', []),
            ("zebra*", []),
            ("-zebra", []),
            ("zebra OR parrot", []),
            ("(zebra", []),
        ):
            page = stores["book"].page(Query(fields=(), search=text), EVERYTHING)
            assert page.keys == wanted, text

    @needs("search")
    def test_search_in_some_fields(self, stores: StoreStand) -> None:
        """A search may be in some of the searchable fields only, or in none."""
        store, only = stores["book"], ("title",)
        query = Query(fields=(), search="zebra", search_in=only, limit=100)
        assert store.page(query, EVERYTHING).keys == [10, 11]
        query = Query(fields=(), search="subtitle", search_in=only, limit=100)
        assert store.page(query, EVERYTHING).keys == []
        query = Query(fields=(), search="zebra", search_in=(), limit=100)
        assert store.page(query, EVERYTHING).keys == []

    @needs("statements")
    @pytest.mark.parametrize("total", ["none", "exact", "capped"])
    def test_page_is_one_statement(self, stores: StoreStand, total: Any) -> None:
        """S37: a page is one statement for its rows and one for its total."""
        query = Query(
            fields=("title", "author.name", "editor.team.name"),
            where=Is("author.team.name", "eq", "red"),
            order=("-editor.name",),
            limit=3,
            total=total,
        )
        stores["book"].page(query, EVERYTHING)
        with stores.statements() as statements:
            stores["book"].page(query, EVERYTHING)
        assert len(statements) == (1 if total == "none" else 2)

    @needs("statements")
    def test_values_are_bound(self, stores: StoreStand) -> None:
        """S37: values never are part of a statement, so questions of one shape are one."""

        def ask(title: str) -> Iterator[str]:
            where = Is("title", "eq", title)
            with stores.statements() as statements:
                find_keys(stores["book"], where)
            yield from statements

        first, second = list(ask("one' OR 1=1 --")), list(ask("another"))
        assert first == second
        assert not any("OR 1=1" in statement for statement in first)
