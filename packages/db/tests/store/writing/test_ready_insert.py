"""Inserts that are made ready write what SQLAlchemy's own execution of them writes."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from stack_core.problem import Conflict
from stack_core.query import EVERYTHING
from stack_core.store import store_for
from stack_db import Database, Instant
from stack_db.store.ready_insert import ReadyInsert
from stack_db.store.row_shape import RowShape

Start = Callable[..., tuple[Flask, Database]]
COUNTER = itertools.count(1)
MOMENT = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


class Shifted(sa.TypeDecorator[int]):
    """A number that the database has less a thousand."""

    impl = sa.Integer
    cache_ok = True

    def process_bind_param(self, value: int | None, dialect: Any) -> int | None:
        return None if value is None else value - 1000

    def process_result_value(self, value: int | None, dialect: Any) -> int | None:
        return None if value is None else value + 1000


def fail() -> int:
    """Stand for a default that cannot be made."""
    raise KeyError("no number")


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """Collect what ready inserts return; SQLAlchemy executes the others."""
    seen: list[Any] = []
    insert = ReadyInsert.insert

    def note(self: ReadyInsert, *given: Any) -> Any:
        seen.append(insert(self, *given))
        return seen[-1]

    monkeypatch.setattr(ReadyInsert, "insert", note)
    return seen


@pytest.fixture
def shop(address_of_database: str, start: Start) -> Any:
    """An application with a model that has defaults of every kind, and one whose key is text."""
    app, db = start(SQLALCHEMY_DATABASE_URI=address_of_database)

    def number(context: Any) -> int:
        try:
            return int(context.get_current_parameters()["pages"]) * 2
        except Exception:
            return 0

    class Item(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        title: Mapped[str] = mapped_column(sa.String(50), unique=True)
        pages: Mapped[int | None]
        price: Mapped[Decimal] = mapped_column(sa.Numeric(10, 2), default=Decimal("1.50"))
        counted: Mapped[int] = mapped_column(default=lambda: next(COUNTER))
        made_at: Mapped[dt.datetime] = mapped_column(Instant, default=lambda: MOMENT)
        there: Mapped[int] = mapped_column(server_default="7")

    class Doubled(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        pages: Mapped[int]
        twice: Mapped[int] = mapped_column(default=number)

    class Computed(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        name: Mapped[str] = mapped_column(sa.String(50))
        upper: Mapped[str] = mapped_column(sa.String(50), default=sa.func.upper("abc"))

    class Coded(db.Model):
        code: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
        part: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        note: Mapped[str | None] = mapped_column(sa.String(20))

    class Numbered(db.Model):
        id: Mapped[int] = mapped_column(Shifted, primary_key=True)
        note: Mapped[str | None] = mapped_column(sa.String(20))

    class Unlucky(db.Model):
        id: Mapped[int] = mapped_column(primary_key=True)
        pages: Mapped[int]
        made: Mapped[int] = mapped_column(default=fail)

    with app.app_context():
        db.create_all()
    models = {cls.__name__: cls for cls in (Item, Doubled, Computed, Coded, Numbered, Unlucky)}

    class Shop:
        def __init__(self) -> None:
            self.app, self.db = app, db

        def store(self, name: str) -> Any:
            return store_for(app, models[name])

        def row(self, name: str, key: Any) -> dict[str, Any]:
            with app.app_context():
                found = db.session.get(models[name], key)
                return {c.key: getattr(found, c.key) for c in found.__table__.columns}

    return Shop()


def test_defaults_are_sent(shop: Any, sent: list[Any]) -> None:
    """A row has its defaults, those of the database too, and the key that was counted up."""
    before = next(COUNTER)
    saved = [
        shop.store("Item").create({"title": title, "pages": None}, EVERYTHING) for title in "ab"
    ]
    assert len(sent) == 2
    assert None not in sent
    assert saved[1].key == saved[0].key + 1
    rows = [shop.row("Item", each.key) for each in saved]
    assert rows[1] == {
        "id": saved[1].key,
        "title": "b",
        "pages": None,
        "price": Decimal("1.50"),
        "counted": before + 2,
        "made_at": MOMENT,
        "there": 7,
    }
    assert saved[0].known["counted"] == before + 1
    assert saved[0].known["made_at"] == MOMENT


def test_default_that_looks_at_others(shop: Any, sent: list[Any]) -> None:
    """A default that asks for the row's other values gets them."""
    for pages in (3, 4):
        saved = shop.store("Doubled").create({"pages": pages}, EVERYTHING)
        assert shop.row("Doubled", saved.key)["twice"] == 2 * pages
    assert not sent


def test_default_of_the_database(shop: Any, sent: list[Any]) -> None:
    """A default that is an expression is the database's to compute."""
    saved = shop.store("Computed").create({"name": "x"}, EVERYTHING)
    assert shop.row("Computed", saved.key)["upper"] == "ABC"
    assert not sent


def test_keys_that_are_given(shop: Any, sent: list[Any]) -> None:
    """A key that was given is the row's, of one column and of two."""
    saved = shop.store("Coded").create({"code": "a", "part": 2, "note": "%s ? :x"}, EVERYTHING)
    assert saved.key == ("a", 2)
    assert shop.row("Coded", saved.key)["note"] == "%s ? :x"
    assert len(sent) == 1


def test_counted_key_of_a_type_of_ones_own(shop: Any, sent: list[Any]) -> None:
    """A key that the database counts is what its type makes of it, and finds the row."""
    saved = [shop.store("Numbered").create({"note": each}, EVERYTHING) for each in "ab"]
    assert [each.key for each in saved] == [1001, 1002]
    assert shop.row("Numbered", 1002)["note"] == "b"
    assert shop.store("Numbered").row(1002, ("note",), EVERYTHING) == ("b",)
    assert len(sent) == 2


def test_default_that_fails(shop: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a default raises is the error that SQLAlchemy's own execution makes of it."""
    store = shop.store("Unlucky")
    with pytest.raises(Exception) as ready:
        store.create({"pages": 1}, EVERYTHING)
    monkeypatch.setattr(RowShape, "find_insert", lambda *given: None)
    with pytest.raises(Exception) as executed:
        store.create({"pages": 1}, EVERYTHING)
    assert type(ready.value) is type(executed.value)
    assert str(ready.value).splitlines()[0] == str(executed.value).splitlines()[0]


def test_taken_value_is_a_conflict(shop: Any, sent: list[Any]) -> None:
    """What is taken is a conflict that names the field, also within a transaction."""
    store = shop.store("Item")
    store.create({"title": "a"}, EVERYTHING)
    for _ in range(2):
        with pytest.raises(Conflict) as caught:
            store.create({"title": "a"}, EVERYTHING)
        assert [error.path for error in caught.value.errors] == [("title",)]
    with shop.app.app_context(), store.transaction() as work:
        work.create({"title": "b"}, EVERYTHING)
        with pytest.raises(Conflict), store.transaction() as inner:
            inner.create({"title": "a"}, EVERYTHING)
        work.create({"title": "c"}, EVERYTHING)
    with shop.app.app_context():
        assert shop.db.session.execute(sa.text("SELECT count(*) FROM item")).scalar() == 3


def test_listeners_hear_of_inserts(shop: Any, sent: list[Any]) -> None:
    """Whoever listens to the engine hears of the insert, and nothing is sent past them."""
    heard: list[str] = []
    with shop.app.app_context():
        engine = shop.db.engine
    sa.event.listen(
        engine, "before_cursor_execute", lambda _c, _cur, text, *rest: heard.append(text)
    )
    shop.store("Item").create({"title": "a"}, EVERYTHING)
    assert [text for text in heard if text.startswith("INSERT")]
    assert not sent


def test_reads_see_what_was_inserted(shop: Any, sent: list[Any]) -> None:
    """A stream in the transaction sees the row: the connection is known to have written."""
    from stack_core.query import Query

    store = shop.store("Item")
    with shop.app.app_context(), store.transaction() as work:
        work.create({"title": "a"}, EVERYTHING)
        query = Query(fields=("title",))
        assert list(store.stream(query, EVERYTHING)) == [("a",)]
    assert sent
