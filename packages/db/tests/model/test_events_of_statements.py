"""What is told of statements that write many rows."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from stack_core.event import Change


def last(heard: list[Any]) -> Change:
    """Return what was told last."""
    found: Change = heard[-1][1]
    return found


def test_bulk_statement_is_one_event(shop: Any, heard: list[Any]) -> None:
    """It has the number of rows and what was written to all; which rows cannot be said."""
    session, book = shop.db.session, shop.Book
    session.execute(sa.insert(book), [{"size": 1}, {"size": 2}, {"size": 3}])
    session.execute(sa.insert(book).values([{"size": 7}, {"size": 8}]))
    session.execute(sa.insert(book).values(size=9))
    session.execute(sa.delete(book).where(book.size > 6))
    values = {"title": "b", "pin": "x", "author_id": None}
    session.execute(sa.update(book).where(book.size > 1).values(values))
    session.execute(sa.update(book).where(book.size == 3).values(size=book.size + 1))
    session.execute(sa.delete(book).where(book.size > 1))
    session.commit()
    changes = [change for name, change in heard if name == "changed"]
    assert [(each.action, each.count, each.key, each.where) for each in changes] == [
        ("create", 3, None, None),
        ("create", 2, None, None),
        ("create", 1, None, None),
        ("delete", 3, None, None),
        ("update", 2, None, None),
        ("update", 1, None, None),
        ("delete", 2, None, None),
    ]
    assert [each.new for each in changes[:4]] == [{"size": None}, {"size": None}, {"size": 9}, {}]
    assert changes[4].new == {"title": "b", "pin": None, "author": None}
    assert changes[5].new == {"size": None}


def test_bulk_statement_that_finds_nothing_is_none(shop: Any, heard: list[Any]) -> None:
    """No row, no event."""
    shop.db.session.execute(sa.delete(shop.Book))
    shop.db.session.commit()
    assert heard == []


def test_bulk_statement_returns_its_rows(shop: Any, heard: list[Any]) -> None:
    """The caller gets what the statement returns, and the event counts it."""
    if shop.db.engine.dialect.name in ("mysql", "mariadb"):
        pytest.skip("MariaDB's UPDATE has no RETURNING")
    session, book = shop.db.session, shop.Book
    session.add_all([book(size=1), book(size=2)])
    session.commit()
    found = session.execute(sa.update(book).values(title="x").returning(book.size, book.title))
    assert sorted(found.all()) == [(1, "x"), (2, "x")]
    session.commit()
    assert (last(heard).action, last(heard).count) == ("update", 2)


def test_core_statement_is_silent(shop: Any, heard: list[Any]) -> None:
    """A statement on tables passes the models by, as documented."""
    shop.db.session.execute(shop.Book.__table__.insert(), {"size": 1})
    shop.db.session.commit()
    assert heard == []
