"""Relations to many rows that a table between the two holds, written as lists of keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_core.event import changed
from stack_core.filter import Is, Not, Some
from stack_core.problem import Invalid
from stack_core.query import EVERYTHING, Query, Reach
from stack_core.store import store_for
from stack_db import Database
from stack_db.store.sql_store import SqlStore


@pytest.fixture
def books(
    address_of_database: str, start: Callable[..., tuple[Flask, Database]]
) -> Iterator[SqlStore]:
    """The store of books, which have tags: three of them."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)
    between: Any = db.Table(
        "tagging",
        sa.Column("book_id", sa.ForeignKey("book.id"), primary_key=True),
        sa.Column("tag_id", sa.ForeignKey("tag.id"), primary_key=True),
    )

    class Tag(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(20))

    class Book(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(sa.String(20))
        tags = relationship(Tag, secondary=between)

    with app.app_context():
        db.create_all()
        store_for(app, Tag).create_many([{"name": name} for name in "abc"], EVERYTHING)
        found = store_for(app, Book)
        assert isinstance(found, SqlStore)
        yield found


def tags(books: SqlStore, key: int) -> list[int]:
    """Return the tags of a book."""
    with books.reads.connections.engine.connect() as connection:
        statement = sa.text("SELECT tag_id FROM tagging WHERE book_id = :key ORDER BY tag_id")
        return list(connection.execute(statement, {"key": key}).scalars())


def test_list_is_written(books: SqlStore) -> None:
    """A list of keys makes exactly these the ones, and an equal one is no difference."""
    assert books.description.by_name["tags"].read_only is False
    key = books.create({"title": "x", "tags": [1, 2]}, EVERYTHING).key
    assert tags(books, key) == [1, 2]
    heard = []

    def receive(app: Any, *, change: Any) -> None:
        heard.append((change.action, sorted(change.old["tags"]), sorted(change.new["tags"])))

    app = books.reads.connections.app
    with changed.connected_to(receive, sender=app):
        assert books.update(key, {"tags": [2, 1]}, EVERYTHING).changed == ()
        assert books.update(key, {"tags": [2, 3]}, EVERYTHING).changed == ("tags",)
    assert heard == [("update", [1, 2], [2, 3])]
    assert tags(books, key) == [2, 3]
    some = Query(fields=(), where=Some("tags", Is("name", "eq", "c")))
    assert books.page(some, EVERYTHING).keys == [key]
    books.update(key, {"tags": []}, EVERYTHING)
    assert tags(books, key) == []


def test_list_of_what_is_not_seen(books: SqlStore) -> None:
    """S42, S43: only what is seen can be put in; what is not seen stays in."""
    key = books.create({"title": "x", "tags": [1, 2]}, EVERYTHING).key
    hidden = Reach(through=(("tag", Not(Is("name", "eq", "a"))),))
    for wrong in (1, 99):
        with pytest.raises(Invalid) as caught:
            books.create({"title": "y", "tags": [wrong]}, hidden)
        assert [(each.path, each.code) for each in caught.value.errors] == [(("tags",), "missing")]
    books.update(key, {"tags": [3]}, hidden)
    assert tags(books, key) == [1, 3]


def test_list_goes_with_its_row(books: SqlStore) -> None:
    """S47: a delete takes the rows between along, and is told to do so beforehand."""
    key = books.create({"title": "x", "tags": [1, 2]}, EVERYTHING).key
    (touched,) = books.related(key, EVERYTHING)
    assert (touched.kind, touched.what, touched.total.count) == ("tagging", "delete", 2)
    assert books.delete_where(Is("", "eq", key), EVERYTHING) == 1
    assert tags(books, key) == []


def test_lists_of_many_rows(books: SqlStore) -> None:
    """Only rows that name a list are written as objects, and both ways in one write."""
    rows = [{"title": f"{number}"} for number in range(1000)]
    assert books.create_many([*rows, {"title": "x", "tags": [2]}], EVERYTHING) == 1001
    (key,) = books.page(Query(fields=(), where=Some("tags")), EVERYTHING).keys
    assert tags(books, key) == [2]
    with pytest.raises(Invalid) as caught:
        books.create_many([*rows, {"title": "y", "tags": [99]}], EVERYTHING)
    assert caught.value.errors[0].path == (1000, "tags")
