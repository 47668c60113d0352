"""What is told at the end of a transaction, and of one that is undone (S31 to S33)."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from stack_core.event import Change, changed, changing
from stack_core.query import EVERYTHING


def test_rollback_tells_nothing(shop: Any, told: Any) -> None:
    """What was not committed has not changed."""
    shop.db.session.add(shop.Book())
    shop.db.session.flush()
    shop.db.session.rollback()
    shop.db.session.add(shop.Author(name="x"))
    shop.db.session.commit()
    assert told("changed") == [("create", "author")]


def test_session_that_is_closed_tells_nothing(shop: Any, told: Any) -> None:
    """The end of a request without a commit is no commit."""
    shop.db.session.add(shop.Book())
    shop.db.session.flush()
    shop.db.session.close()
    shop.db.session.commit()
    assert told("changed") == []


def test_undone_savepoint_takes_its_events_along(shop: Any, heard: list[Any], told: Any) -> None:
    """S32: what is around it, before and after, is told."""
    session = shop.db.session
    session.add(shop.Author(name="before"))
    with session.begin_nested():
        session.add(shop.Tag())
        undone = session.begin_nested()
        session.add(shop.Book(title="lost"))
        session.flush()
        undone.rollback()
        with session.begin_nested():
            session.add(shop.Book(title="kept"))
    session.add(shop.Author(name="after"))
    assert told("changed") == []
    session.commit()
    assert told("changed") == [
        ("create", "author"),
        ("create", "tag"),
        ("create", "book"),
        ("create", "author"),
    ]
    assert [c.new["title"] for n, c in heard if n == "changed" and c.kind == "book"] == ["kept"]


def test_kept_savepoint_falls_with_what_is_around_it(shop: Any, told: Any) -> None:
    """A savepoint that was released is undone by the transaction's rollback."""
    with shop.db.session.begin_nested():
        shop.db.session.add(shop.Book())
    shop.db.session.rollback()
    shop.db.session.commit()
    assert told("changed") == []


def test_receiver_writes_with_the_change(shop: Any, heard: list[Any]) -> None:
    """S31: what ``changing`` writes stands and falls with the change."""

    def write(sender: Flask, change: Change) -> None:
        if change.kind == "book":
            statement = shop.Author.__table__.insert().values(name=f"{change.action}d")
            shop.db.session.execute(statement)

    count = sa.select(sa.func.count()).select_from(shop.Author)
    with changing.connected_to(write):
        shop.db.session.add(shop.Book())
        shop.db.session.flush()
        shop.db.session.rollback()
        assert shop.db.session.scalar(count) == 0
        shop.db.session.add(shop.Book())
        shop.db.session.commit()
    assert shop.db.session.scalar(count) == 1


def test_change_is_told_before_what_it_led_to(shop: Any, told: Any) -> None:
    """What a receiver of ``changing`` writes is told behind the change that it heard of."""

    def write(sender: Flask, change: Change) -> None:
        if change.kind == "book":
            shop.db.store(shop.Author).create({"name": "of the book"}, EVERYTHING)

    with changing.connected_to(write):
        shop.db.store(shop.Book).create({}, EVERYTHING)
    assert told("changed") == [("create", "book"), ("create", "author")]


def test_what_changing_raises_undoes_the_change(shop: Any, told: Any) -> None:
    """S31: it reaches the caller."""

    def refuse(sender: Flask, change: Change) -> None:
        raise PermissionError("not today")

    with changing.connected_to(refuse):
        shop.db.session.add(shop.Book())
        with pytest.raises(PermissionError, match="not today"):
            shop.db.session.commit()
    shop.db.session.rollback()
    assert shop.db.session.scalar(sa.select(sa.func.count()).select_from(shop.Book)) == 0
    assert told("changed") == []


def test_what_changed_raises_is_logged(
    shop: Any, caplog: pytest.LogCaptureFixture, told: Any
) -> None:
    """S33: the change stands, and others hear of it."""

    def fail(sender: Flask, change: Change) -> None:
        raise ValueError("no mail today")

    with changed.connected_to(fail):
        shop.db.session.add(shop.Book())
        shop.db.session.commit()
    assert told("changed") == [("create", "book")]
    assert "no mail today" in caplog.text


@pytest.mark.parametrize("block", [False, True])
def test_receiver_of_changed_may_use_the_database(shop: Any, block: bool) -> None:
    """S32: it reads what was committed and commits its own, also at the end of ``begin()``."""
    seen = []

    def answer(sender: Flask, change: Change) -> None:
        seen.append((change.kind, shop.db.session.get(shop.Book, 1) is not None))
        if change.kind == "book":
            shop.db.session.add(shop.Author(name="thanks"))
            shop.db.session.commit()

    with changed.connected_to(answer):
        if block:
            with shop.db.session.begin():
                shop.db.session.add(shop.Book(id=1))
        else:
            shop.db.session.add(shop.Book(id=1))
            shop.db.session.commit()
    assert seen == [("book", True), ("author", True)]
    assert shop.db.session.scalar(sa.select(shop.Author.name)) == "thanks"
