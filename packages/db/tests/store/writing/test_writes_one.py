"""Writing one row: what is sent, and what differs."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event

from stack_core.event import changed, changing
from stack_core.filter import Is
from stack_core.problem import Denied, NotFound, Stale
from stack_core.query import EVERYTHING, Reach

from .conftest import Bank

MINE = Reach(row=Is("number", "starts", "mine"), trusted=True)


def test_create_alone_is_one_statement(bank: Bank) -> None:
    """Where nobody looks on, a create is an INSERT and no BEGIN."""
    store = bank.store("Account")
    store.create({"number": "first"}, EVERYTHING)
    with bank.sent() as sent:
        store.create({"number": "1"}, EVERYTHING)
    assert sent == ["INSERT"]


def test_create_fills_in_what_models_fill_in(bank: Bank) -> None:
    """Defaults, the first version and the stamps are there, and known without reading."""
    saved = bank.store("Account").create({"number": "1"}, EVERYTHING)
    names = ["balance", "version", "created_at", "created_by", "changed_at"]
    row = bank.store("Account").row(saved.key, names, EVERYTHING)
    assert row is not None
    assert row[:2] == (Decimal("0.00"), 1)
    assert row[2] == row[4] == saved.known["created_at"]
    assert saved.version == 1
    assert saved.object().number == "1"


def test_update_bumps_version_and_stamp(bank: Bank) -> None:
    """An update moves the version and says when, and leaves who made the row."""
    store = bank.store("Account")
    saved = store.create({"number": "1"}, EVERYTHING)
    first = store.row(saved.key, ["created_at", "changed_at"], EVERYTHING)
    again = store.update(saved.key, {"balance": Decimal(5)}, EVERYTHING)
    after = store.row(saved.key, ["created_at", "changed_at", "version"], EVERYTHING)
    assert first is not None
    assert after is not None
    assert after[0] == first[0]
    assert after[1] > first[1]
    assert after[2] == again.version == 2


@pytest.mark.parametrize(
    ("name", "stored", "same", "other"),
    [
        ("balance", Decimal("1.0"), Decimal("1.00"), Decimal("1.01")),
        ("balance", Decimal(0), Decimal("-0.0"), Decimal("0.01")),
        ("rate", 0.0, -0.0, 5e-324),
        ("papers", {"a": 1, "b": [True]}, {"b": [True], "a": 1}, {"a": 1, "b": [1]}),
        ("papers", [1], [1], [1.0]),
        ("papers", {}, {}, None),
        ("number", "a", "a", "A"),
        ("number", "a", "a", "a "),
        ("small", None, None, 0),
    ],
)
def test_what_differs(bank: Bank, name: str, stored: Any, same: Any, other: Any) -> None:
    """Values compare by their field's type: what would be stored alike is no difference."""
    store = bank.store("Account")
    saved = store.create({"number": "1", name: stored}, EVERYTHING)
    assert store.update(saved.key, {name: same}, EVERYTHING).changed == ()
    assert store.update(saved.key, {name: other}, EVERYTHING).changed == (name,)
    row = store.row(saved.key, [name, "version"], EVERYTHING)
    assert row == (other, 2)


def test_moment_in_another_zone_is_the_same(bank: Bank) -> None:
    """A moment does not differ by its zone."""

    class Event(bank.db.Model):  # type: ignore[name-defined,misc]
        id: sa.orm.Mapped[int] = sa.orm.mapped_column(primary_key=True)
        at: sa.orm.Mapped[datetime] = sa.orm.mapped_column(_instant())

    bank.db.create_all()
    bank.Event = Event
    store = bank.store("Event")
    noon = datetime(2024, 5, 1, 12, tzinfo=UTC)
    saved = store.create({"at": noon}, EVERYTHING)
    there = noon.astimezone(timezone(timedelta(hours=9)))
    assert store.update(saved.key, {"at": there}, EVERYTHING).changed == ()


def test_none_is_missing_in_a_document_too(bank: Bank) -> None:
    """None in a column of documents is a missing value, not the document null."""
    store = bank.store("Account")
    key = store.create({"number": "1", "papers": None}, EVERYTHING).key
    missing = Reach(row=Is("papers", "null", True), trusted=True)
    assert store.row(key, ["number"], missing) == ("1",)
    store.update(key, {"papers": {"a": 1}}, EVERYTHING)
    assert store.row(key, ["number"], missing) is None
    store.update(key, {"papers": None}, EVERYTHING)
    assert store.row(key, ["number"], missing) == ("1",)


def test_stale_tells_the_version(bank: Bank) -> None:
    """T53: of two who read one version, the second to save is told which one it is now."""
    store = bank.store("Account")
    key = store.create({"number": "1"}, EVERYTHING).key
    store.update(key, {"rate": 1.0}, EVERYTHING, version=1)
    for write in (
        lambda: store.update(key, {"rate": 2.0}, EVERYTHING, version=1),
        lambda: store.delete(key, EVERYTHING, version=1),
    ):
        with pytest.raises(Stale) as caught:
            write()
        assert caught.value.version == 2
    with pytest.raises(NotFound):
        store.update(99, {"rate": 2.0}, EVERYTHING, version=1)


def test_scope_is_asked_before_and_after(bank: Bank) -> None:
    """S41: who may write some rows only can neither take others nor give theirs away."""
    store = bank.store("Account")
    own = store.create({"number": "mine"}, MINE).key
    foreign = store.create({"number": "yours"}, EVERYTHING).key
    with pytest.raises(Denied):
        store.create({"number": "theirs"}, MINE)
    with pytest.raises(NotFound):
        store.update(foreign, {"number": "mine too"}, MINE)
    with pytest.raises(Denied):
        store.update(own, {"number": "given"}, MINE)
    with pytest.raises(NotFound):
        store.delete(foreign, MINE)
    rows = {store.row(key, ["number", "version"], EVERYTHING) for key in (own, foreign)}
    assert rows == {("mine", 1), ("yours", 1)}


def test_listeners_are_found_whenever_they_come(bank: Bank) -> None:
    """S47: a listener sees the objects from its first write on, and costs nothing afterwards."""
    store, seen = bank.store("Owner"), []
    places = [
        (bank.Owner, "before_insert", lambda mapper, connection, target: seen.append("mapper")),
        (bank.db.session, "before_flush", lambda *flushed: seen.append("session")),
        (bank.Owner.name, "set", lambda *values: seen.append("attribute")),
        (bank.Owner, "init", lambda target, args, kwargs: seen.append("init")),
    ]
    for number, place in enumerate(places):
        event.listen(*place)
        store.create({"name": f"with {number}"}, EVERYTHING)
        event.remove(*place)
        with bank.sent() as sent:
            store.create({"name": f"without {number}"}, EVERYTHING)
        assert sent == ["INSERT"]
    assert seen == ["mapper", "session", "attribute", "init"]


def test_object_in_the_session_is_written_through(bank: Bank) -> None:
    """S47: an object that the caller holds is what is written, and knows of it."""
    store = bank.store("Owner")
    key = store.create({"name": "Ann"}, EVERYTHING).key
    held = bank.db.session.get(bank.Owner, key)
    store.update(key, {"name": "Bob"}, EVERYTHING)
    assert held.name == "Bob"
    store.delete(key, EVERYTHING)
    assert sa.inspect(held).detached


@pytest.mark.parametrize("signal", [changing, changed], ids=["changing", "changed"])
def test_old_and_new_are_told(bank: Bank, signal: Any) -> None:
    """An event has the values that differed, as they were and as they are."""
    store, heard = bank.store("Account"), []

    def receive(app: Any, *, change: Any) -> None:
        heard.append((change.action, dict(change.old), dict(change.new)))

    key = store.create({"number": "1"}, EVERYTHING).key
    with signal.connected_to(receive, sender=bank.app):
        store.update(key, {"number": "2", "rate": None}, EVERYTHING)
    assert heard == [("update", {"number": "1"}, {"number": "2"})]


def test_key_is_not_changed(bank: Bank) -> None:
    """A key names a row for others, so an update refuses another one."""
    from stack_core.problem import Invalid

    store = bank.store("Branch")
    store.create({"id": 1}, EVERYTHING)
    assert store.update(1, {"id": 1}, EVERYTHING).changed == ()
    with pytest.raises(Invalid) as caught:
        store.update(1, {"id": 2}, EVERYTHING)
    assert caught.value.errors[0].path == ("id",)


def _instant() -> Any:
    from stack_db import Instant

    return Instant()
