"""Hostile text: names that are no paths, and values that try to be SQL, patterns or searches."""

from __future__ import annotations

from typing import Any

import pytest

from stack_core.filter import Is, Some
from stack_core.query import EVERYTHING, Aggregate, Group, Measure, Position, Query

TEXTS = [
    "'", "''", '"', "`", "\\", "\\'", "--", "/*", "*/", ";", "%", "_", "%%", "/", "//", "?", ":x",
    "%(x)s", "%s", "{0}", "$1", "\n", "\r\n", "\t", "\x01", "\x7f", "NULL", "None", "0", "-1",
    "' OR '1'='1", "'; DROP TABLE book; --", "\" OR \"\"=\"", "1; SELECT pg_sleep(9)",
    "MATCH", "NEAR(a b)", "a AND b", "NOT x", "a*", "^a", "-a", "+a", "col:umn", "title:x",
    "(", ")",
    "[]", "{}", "<script>alert(1)</script>", "../../etc/passwd", "{{7*7}}", "${jndi:ldap://x}",
    "ﷺ", "\u202eabc", "Z̷͑a̶l̴g̸o̵", "🏳️‍🌈", "👩‍👩‍👧", "İıßẞǅ", "\u2028", "\ufeff", "\U0010ffff",
    "a" * 10_000,
]  # fmt: skip
NAMES = [
    "title'", 'title"', "title;", "title--", "title)", "title, pages", "title desc", "book.title",
    "author.", ".author", "author..name", "author.name.x", "tags", "tags.name", "author.books",
    "__class__", "metadata", "registry", "query", "id.id", "author_id", "deleted_at", "*", "1",
    "title\x00", "TITLE", "tıtle", "a." * 40 + "b",
]  # fmt: skip


@pytest.fixture
def shelf(library: Any) -> Any:
    """A book for each hostile text that fits into its column, and an author."""
    library.add(
        library.Author(id=1, name="x"),
        *(
            library.Book(id=number, title=text[:80], author_id=1)
            for number, text in enumerate(TEXTS, 1)
        ),
    )
    return library


def test_text_comes_back_and_is_found_exactly(shelf: Any) -> None:
    """What was written is read as it was, and is found by itself and as a part of itself."""
    store = shelf.store("Book")
    for number, text in enumerate(TEXTS, 1):
        title = text[:80]
        assert store.row(number, ("title",), EVERYTHING) == (title,)
        exact = store.page(Query(fields=(), where=Is("title", "eq", title)), EVERYTHING).keys
        assert exact == [n for n, each in enumerate(TEXTS, 1) if each[:80] == title], text
        for operator in ("contains", "starts"):
            found = store.page(
                Query(fields=(), where=Is("title", operator, title), limit=1000), EVERYTHING
            )
            assert number in found.keys, text
            plain = {
                n
                for n, each in enumerate(TEXTS, 1)
                if each.isascii()
                and title.isascii()
                and (
                    title.lower() in each[:80].lower()
                    if operator == "contains"
                    else each[:80].lower().startswith(title.lower())
                )
            }
            assert plain <= set(found.keys)
            if title.isascii():
                ascii_found = {n for n in found.keys if TEXTS[n - 1].isascii()}
                assert ascii_found == plain, text


def test_search_takes_any_text(shelf: Any) -> None:
    """No text is a command to a full-text index."""
    store = shelf.store("Book")
    for number, text in enumerate(TEXTS, 1):
        title = text[:80]
        if not title.split():
            continue
        page = store.page(Query(fields=(), search=title, limit=1000, total="exact"), EVERYTHING)
        assert number in page.keys, text
        assert page.total.count == len(page.keys)


def test_names_are_refused(shelf: Any) -> None:
    """A name that is no path is an error before anything is sent, wherever it stands."""
    store = shelf.store("Book")
    for name in NAMES:
        for query in (
            Query(fields=(name,)),
            Query(fields=(), where=Is(name, "eq", "x")),
            Query(fields=(), order=(name,)),
            Query(fields=(), order=("-" + name,)),
            Query(fields=(), where=Some(name, Is("nothing", "eq", 1))),
        ):
            with pytest.raises(LookupError):
                store.page(query, EVERYTHING)
        for what in (
            Aggregate(measures=(Measure("sum", name),)),
            Aggregate(measures=(Measure("count"),), groups=(Group(name),)),
        ):
            with pytest.raises(LookupError):
                store.aggregate(what, EVERYTHING)


def test_positions_take_any_text(shelf: Any) -> None:
    """A position of hostile values is a place in the order."""
    store = shelf.store("Book")
    for text in TEXTS:
        query = Query(fields=(), order=("title",), position=Position((text[:80],)), limit=1000)
        after = store.page(query, EVERYTHING).keys
        assert set(after) <= set(range(1, len(TEXTS) + 1))
