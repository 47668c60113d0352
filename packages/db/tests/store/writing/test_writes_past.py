"""Soft deletion, and writing back what was."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import event

from stack_core.filter import Is
from stack_core.problem import NotFound, Unable
from stack_core.query import EVERYTHING, Reach

from .conftest import Bank


@pytest.fixture(params=["statements", "objects"])
def way(request: pytest.FixtureRequest, bank: Bank) -> str:
    """Whether a listener makes writes go through objects."""
    if request.param == "objects":
        event.listen(bank.Card, "before_update", lambda mapper, connection, target: None)
        event.listen(bank.Card, "before_insert", lambda mapper, connection, target: None)
        event.listen(bank.Card, "before_delete", lambda mapper, connection, target: None)
    way: str = request.param
    return way


def tick() -> float:
    """Return a time between two writes."""
    time.sleep(0.003)
    now = time.time()
    time.sleep(0.003)
    return now


def test_delete_marks(bank: Bank, way: str) -> None:
    """A marked row is gone for everybody, moves its version, and is told as deleted."""
    store = bank.store("Card")
    key = store.create({"name": "a"}, EVERYTHING).key
    store.delete(key, EVERYTHING, version=1)
    for write in (store.delete, lambda key, reach: store.update(key, {"name": "b"}, reach)):
        with pytest.raises(NotFound):
            write(key, EVERYTHING)
    assert bank.db.session.query(bank.Card).count() == 0
    assert [each.action for each in store.history(key, EVERYTHING)] == ["delete", "create"]


def test_restore(bank: Bank, way: str) -> None:
    """What was marked, and what was written over, comes back, and is told as restored."""
    store = bank.store("Card")
    key = store.create({"name": "first"}, EVERYTHING).key
    first = tick()
    store.update(key, {"name": "second"}, EVERYTHING)
    second = tick()
    store.delete(key, EVERYTHING)
    assert store.restore(key, second, EVERYTHING).key == key
    assert store.row(key, ["name"], EVERYTHING) == ("second",)
    assert store.restore(key, first, EVERYTHING).changed == ("name",)
    assert store.row(key, ["name", "version"], EVERYTHING) == ("first", 5)
    actions = [each.action for each in store.history(key, EVERYTHING)]
    assert actions == ["restore", "restore", "delete", "update", "create"]
    with pytest.raises(NotFound):
        store.restore(key, first - 1000, EVERYTHING)


def test_row_that_is_gone_comes_back(bank: Bank, way: str) -> None:
    """A row that was deleted for good is made anew, with its key."""
    import sqlalchemy as sa

    store = bank.store("Card")
    key = store.create({"name": "a"}, EVERYTHING).key
    before = tick()
    with bank.db.engine.begin() as connection:
        connection.execute(sa.delete(bank.Card))
    assert store.restore(key, before, EVERYTHING).key == key
    assert store.row(key, ["name"], EVERYTHING) == ("a",)
    assert store.history(key, EVERYTHING)[0].action == "restore"


def test_kind_without_history(bank: Bank) -> None:
    """S51: a kind that keeps no history says so beforehand, and refuses."""
    store = bank.store("Owner")
    assert not {"history", "restore"} & store.abilities
    with pytest.raises(Unable):
        store.restore(1, 0.0, EVERYTHING)


@pytest.mark.parametrize("loaded", [False, True])
def test_restore_of_a_marked_row_out_of_scope(bank: Bank, loaded: bool) -> None:
    """A row that had left a scope before it was marked does not come back by its older values."""
    store = bank.store("Card")
    key = store.create({"name": "mine"}, EVERYTHING).key
    first = time.time()
    time.sleep(0.05)
    store.update(key, {"name": "theirs"}, EVERYTHING)
    held = store.get(key, EVERYTHING) if loaded else None
    store.delete(key, EVERYTHING)
    mine = Reach(row=Is("name", "eq", "mine"), trusted=True)
    with pytest.raises(NotFound):
        store.restore(key, first, mine)
    assert store.row(key, ("name",), EVERYTHING) is None
    both = Reach(row=Is("name", "in", ("mine", "theirs")), trusted=True)
    assert store.restore(key, first, both).key == key
    assert store.row(key, ("name",), mine) == ("mine",)
    del held
