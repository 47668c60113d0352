"""Statements: kept by outline, within one bound for all stores of an application."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from stack_core.filter import All, Is, Rule
from stack_core.query import EVERYTHING, Page, Query


@pytest.fixture
def books(library: Any) -> Any:
    """The store of the books, of which there is one."""
    library.add(library.Author(id=1, name="A"), library.Book(title="t", pages=3, author_id=1))
    return library.store("Book")


def page(store: Any, fields: tuple[str, ...] = ("title",), **given: Any) -> Page:
    """Return a page of the books."""
    found: Page = store.page(Query(fields=fields, **given), EVERYTHING)
    return found


def test_statements_are_kept_by_outline(books: Any) -> None:
    """Values never make a statement of their own, and a rule's is never kept."""
    ground = books.reads._ground
    for number in range(20):
        where = All((Is("pages", "eq", number), Is("title", "contains", f"x{number}")))
        page(books, where=where, limit=number + 1, order=("title",), total="exact", offset=number)
    # One with an offset and one without, and the count.
    assert len(ground) == 3
    assert page(books, where=Rule("thick", (3,))).keys
    assert page(books, where=Rule("thick", (4,))).keys == []
    assert len(ground) == 3


def test_statements_of_an_application_have_one_bound(library: Any, books: Any) -> None:
    """All stores of an application share the room for statements, where what is used stays."""
    authors = library.store("Author").reads
    room = authors.connections.shelf
    assert books.reads.connections.shelf is room
    room._most = 5
    for index in range(10):
        page(books, ("title",) * index)
        assert authors.row(1, ["name"], EVERYTHING) == ("A",)
    assert (len(room), len(authors._kept), len(books.reads._ground)) == (5, 1, 4)


def test_statements_that_many_threads_make(books: Any) -> None:
    """Threads that ask the same at once keep one statement of it, and no more than fit."""
    room = books.reads.connections.shelf
    room._most = 5

    def ask(start: int) -> list[int]:
        return [len(page(books, ("title",) * (each % 7)).rows[0]) for each in range(start, 40)]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(ask, range(4)))
    assert found == [[each % 7 for each in range(start, 40)] for start in range(4)]
    assert len(room) == len(books.reads._ground) == 5
