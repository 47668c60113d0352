"""Looking for text: the same rows with an index and without, and what the page says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa

from stack_core.filter import TRUE, Is
from stack_core.query import EVERYTHING, Aggregate, Measure, Page, Query, Reach
from stack_db.searching.index import find_index
from stack_db.searching.operation import make_index
from stack_db.searching.postgresql_index import uses_pieces

TITLES = [
    "Straße nach Wien",
    "straße NACH wien",
    "İstanbul kapısı",
    "cafe\u0301 und Café",
    "100% sicher_heit",
    'Sie sagte "ja" und (nein)',
    "a*b+c-d ~ OR NOT near",
    "🦄 unicorns 🦄🦄🦄",
    "trailing   ",
    "xy",
    "The Art of Computer Programming",
]
SEARCHES = [
    "wien", "WIEN", "stra", "straße wien", "ße n", "İst", "café", "cafe", "100%", "r_h", "%", "_",
    '"ja"', "(nein", "a*b", "+c-", "OR", "not NEAR", "🦄🦄🦄", "🦄", "ing  ", "xy", "x", "the art",
    "ram", "programming art", "nothing at all", "'", "--", "\\", "ß", "blurbs wien", "zzz",
]  # fmt: skip


def search(library: Any, text: str, **more: Any) -> Page:
    """Return the page of a search among the books."""
    query = Query(fields=("title",), search=text, total="exact", **more)
    page = library.store("Book").page(query, EVERYTHING)
    assert page.total is not None
    return page


@contextmanager
def without_index(library: Any) -> Iterator[None]:
    """Let the store read the rows, as where there is no index."""
    found = library.store("Book").reads._ground.search
    kept, found._wanted = found._wanted, None
    try:
        yield
    finally:
        found._wanted = kept


@pytest.fixture
def shelf(library: Any) -> Any:
    """Books of awkward titles, the first with a blurb."""
    rows = [library.Book(id=i, title=title) for i, title in enumerate(TITLES, 1)]
    rows[0].blurb = "what blurbs say"
    library.add(*rows)
    return library


def check_same(library: Any) -> None:
    """Hold the index against a scan of the rows."""
    for text in SEARCHES:
        found = search(library, text)
        with without_index(library):
            scanned = search(library, text)
        assert found.keys == scanned.keys, text
        assert found.total == scanned.total
        assert scanned.searched == "scan"
        long = any(len(word) >= 3 for word in text.split())
        assert found.searched == ("index" if long else "scan"), text


def test_index_and_scan_agree(shelf: Any) -> None:
    """An index finds what reading every row finds; it is not asked where words are short."""
    check_same(shelf)
    assert search(shelf, "blurbs wien").keys == [1]
    assert search(shelf, "WIEN").keys == [1, 2]
    assert search(shelf, "%").keys == [5]
    assert search(shelf, "").searched == "none"
    assert len(search(shelf, "   ").keys) == len(TITLES)


def test_index_is_kept_in_step(shelf: Any) -> None:
    """What the session or a statement writes, changes and deletes is found as it is now."""
    with shelf.app.app_context():
        session, book = shelf.db.session, shelf.Book
        session.get(book, 1).title = "Gasse nach Graz"
        session.delete(session.get(book, 2))
        session.add(book(id=50, title="Neue Gasse"))
        session.execute(sa.update(book).where(book.id == 3).values(blurb="eine gasse"))
        session.execute(sa.update(book).where(book.id == 10).values(id=60))
        session.commit()
        session.execute(sa.update(book).where(book.id == 60).values(title="gasse sixty"))
        session.commit()
    assert search(shelf, "gasse").keys == [1, 3, 50, 60]
    assert search(shelf, "wien").keys == []
    check_same(shelf)


def test_search_sees_what_is_pending(shelf: Any) -> None:
    """A search inside a transaction finds what that has written."""
    with shelf.app.app_context():
        shelf.db.session.add(shelf.Book(id=70, title="not yet committed"))
        assert search(shelf, "committed").keys == [70]
        shelf.db.session.rollback()
    assert search(shelf, "committed").keys == []


def test_search_obeys_filter_reach_and_order(shelf: Any) -> None:
    """A search narrows what a filter finds and a reach allows; pages of it go both ways."""
    store = shelf.store("Book")
    query = Query(fields=("title",), search="und", order=("-title",), limit=1)
    first = store.page(query, EVERYTHING)
    assert first.next is not None
    second = store.page(sa_replace(query, position=first.next), EVERYTHING)
    assert second.previous is not None
    assert {*first.keys, *second.keys} == {4, 6}
    assert store.page(sa_replace(query, position=second.previous), EVERYTHING).keys == first.keys
    assert search(shelf, "und", where=Is("", "gt", 4)).keys == [6]
    reach = Reach(row=Is("", "lt", 5), trusted=True)
    assert store.page(query, reach).keys == [4]
    what = Aggregate(measures=(Measure("count"),), search="und")
    assert store.aggregate(what, EVERYTHING) == [(2,)]
    assert sorted(store.stream(query, EVERYTHING)) == sorted([(TITLES[3],), (TITLES[5],)])


def test_search_in_some_fields(shelf: Any) -> None:
    """A search may be of some of the fields, with an index and without; of no others."""
    assert search(shelf, "blurbs", search_in=("blurb",)).keys == [1]
    assert search(shelf, "blurbs wien", search_in=("title",)).keys == []
    assert search(shelf, "wien", search_in=()).keys == []
    with without_index(shelf):
        assert search(shelf, "blurbs wien", search_in=("title",)).keys == []
        assert search(shelf, "wien", search_in=("title",)).keys == [1, 2]
    with pytest.raises(LookupError, match="'pages'"):
        search(shelf, "wien", search_in=("pages",))


def sa_replace(query: Query, **more: Any) -> Query:
    """Return a query with some things changed."""
    import msgspec

    return msgspec.structs.replace(query, **more)


def test_search_without_fields(library: Any) -> None:
    """Where no field is searchable nothing is found, and the store does not offer it."""
    library.add(library.Team(id=1, name="red"))
    store = library.store("Team")
    page = store.page(Query(fields=(), search="red"), EVERYTHING)
    assert (page.keys, "search" in store.abilities) == ([], False)
    assert "search" in library.store("Book").abilities


def test_large_table_is_read_up_to_a_bound(shelf: Any) -> None:
    """Without an index only so many rows are looked at, in the order of the query, and the page
    says so; filters that leave few make it whole."""
    store = shelf.store("Book")
    found = store.reads._ground.search
    found.most = 5
    with without_index(shelf):
        page = search(shelf, "wien")
        assert (page.searched, page.keys, page.total.how) == ("bounded", [1, 2], "capped")
        assert search(shelf, "art").keys == []
        assert search(shelf, "art", order=("-",)).keys == [11]
        page = search(shelf, "art", where=Is("", "gt", 8))
        assert (page.searched, page.keys, page.total.how) == ("scan", [11], "exact")
        query = Query(fields=(), search="a", limit=1, where=TRUE)
        first = store.page(query, EVERYTHING)
        assert first.next is not None
        assert store.page(sa_replace(query, position=first.next), EVERYTHING).keys == [2]


def test_missing_index_is_a_scan(shelf: Any) -> None:
    """A database without the index, or one whose triggers are gone, is searched all the same."""
    shelf.drop_search_index()
    page = search(shelf, "wien")
    assert (page.searched, page.keys) == ("scan", [1, 2])


@pytest.mark.services
def test_extension_of_the_server_is_used(shelf: Any) -> None:
    """Where PostgreSQL has pg_trgm the index is of that, and finds the same."""
    if shelf.database != "postgresql":
        return
    index = find_index(shelf.Book.__table__)
    assert index is not None
    shelf.drop_search_index()
    with shelf.app.app_context(), shelf.db.engine.begin() as connection:
        connection.execute(sa.text("CREATE EXTENSION pg_trgm"))
        make_index(connection, index)
        assert not uses_pieces(connection, "book")
        functions = connection.execute(
            sa.text("SELECT count(*) FROM pg_proc WHERE proname = 'db_search_pieces'")
        )
        assert functions.scalar() == 0
    check_same(shelf)


def test_index_that_is_taken_away(library: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """A search whose index was dropped in service reads rows instead, once it has looked anew."""
    library.add(library.Book(title="whalebone"))
    query = Query(fields=("title",), search="whale")
    with library.app.app_context():
        store = library.store("Book")
        assert store.page(query, EVERYTHING).searched == "index"
        library.drop_search_index()
        monkeypatch.setattr("stack_db.store.search.LOOKED_AT", -1.0)
        page = store.page(query, EVERYTHING)
    assert (page.searched, page.rows) == ("scan", [("whalebone",)])
