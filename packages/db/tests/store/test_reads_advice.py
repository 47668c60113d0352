"""The index that is missing, with the line to write."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from stack_core.filter import All, AnyOf, Is, Some
from stack_core.query import Query


def ask(library: Any, **given: Any) -> list[str]:
    """Return the ids of what the books' store advises."""
    found = library.store("Book").advise(Query(fields=("title",), **given))
    assert all(each.severity == "info" and each.fix.endswith((".", ")")) for each in found)
    return [each.id for each in found]


def index(library: Any, statement: str) -> None:
    """Make an index."""
    with library.app.app_context(), library.db.engine.begin() as connection:
        connection.execute(sa.text(statement))


def test_missing_index_is_named(library: Any) -> None:
    """Columns that are compared come first, then those that sort; an index ends the advice."""
    query = {"where": Is("pages", "eq", 3), "order": ("title",)}
    tail = "_id" if library.database == "postgresql" else ""
    (found,) = library.store("Book").advise(Query(fields=(), **query))
    name = f"ix_book_pages_title{tail}"
    columns = "'pages', 'title', 'id'" if tail else "'pages', 'title'"
    assert found.id == f"db.index.{name}"
    assert f"db.Index('{name}', {columns}) to Book.__table_args__" in found.fix
    assert "compares pages and sorts by title" in found.message
    more = ", id" if tail else ""
    index(library, f"CREATE INDEX {name} ON book (pages, title{more})")
    assert ask(library, **query) == []


def test_relations_are_looked_behind(library: Any) -> None:
    """A column of another table that is compared wants an index there; so does a link."""
    found = ask(library, where=AnyOf((Is("author.name", "eq", "x"),)))
    assert found == ["db.index.ix_author_name"]
    found = ask(library, where=Some("author.books", Is("title", "eq", "x")))
    # MariaDB makes the index of a foreign key by itself.
    assert found == ([] if library.database == "mysql" else ["db.index.ix_book_author_id"])


def test_ranges_and_keys(library: Any) -> None:
    """A range wants an index where nothing sorts; the key has one."""
    assert ask(library, where=Is("", "eq", 1)) == []
    assert ask(library) == []
    assert ask(library, where=All((Is("weight", "gt", 1.0),))) == ["db.index.ix_book_weight"]


def test_text_in_the_middle(library: Any) -> None:
    """What no index of columns can find is said, with what can."""
    assert ask(library, where=Is("title", "contains", "x")) == ["db.index.contains.book.title"]


def test_descending_order_with_missing_values(library: Any) -> None:
    """Missing values come last: PostgreSQL wants that in the index, MariaDB cannot."""
    found = ask(library, order=("-weight",))
    index(library, "CREATE INDEX w ON book (weight, id)")
    later = ask(library, order=("-weight",))
    if library.database == "sqlite":
        assert (found, later) == (["db.index.ix_book_weight"], [])
    elif library.database == "postgresql":
        assert found == later == ["db.index.ix_book_weight_id"]
        index(library, "CREATE INDEX w2 ON book (weight DESC NULLS LAST, id)")
        assert ask(library, order=("-weight",)) == []
    else:
        assert later == ["db.index.nullable.book.weight"]


@pytest.mark.parametrize("indexed", [True, False])
def test_search_without_an_index(library: Any, indexed: bool) -> None:
    """A search that has to read every row is told of."""
    if not indexed:
        library.drop_search_index()
    expected = [] if indexed else ["db.index.search.book"]
    assert ask(library, search="abc") == expected
