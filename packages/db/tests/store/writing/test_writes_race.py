"""Many who write at once: T51, T53, T54 and T61."""

from __future__ import annotations

import threading
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from stack_core.problem import Conflict, Stale
from stack_core.query import EVERYTHING

from .conftest import Bank

TOGETHER = 8
EACH = 10


def together(bank: Bank, act: Callable[[int], Any], count: int = TOGETHER) -> list[Any]:
    """Return what acts in threads of their own give or raise."""
    found: list[Any] = []
    ready = threading.Barrier(count)

    def run(number: int) -> None:
        with bank.app.app_context():
            ready.wait(30)
            try:
                found.append(act(number))
            except Exception as error:
                found.append(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return found


@pytest.mark.parametrize("inside", [False, True], ids=["alone", "in a transaction"])
def test_one_of_eight_creates(bank: Bank, inside: bool) -> None:
    """T51: of eight who create one unique value at once, one does, seven are told Conflict."""
    store = bank.store("Owner")

    def create(number: int) -> Any:
        if not inside:
            return store.create({"name": "same"}, EVERYTHING)
        with store.transaction() as work:
            return work.create({"name": "same"}, EVERYTHING)

    found = together(bank, create)
    conflicts = [each for each in found if isinstance(each, Conflict)]
    assert len(conflicts) == TOGETHER - 1, found
    assert {each.fields for each in conflicts} == {("name",)}


def test_versions_lose_no_increment(bank: Bank) -> None:
    """T54: who says which version an increment was made for loses none, on every database."""
    store = bank.store("Account")
    key = store.create({"number": "1"}, EVERYTHING).key

    def increment(number: int) -> None:
        for _ in range(EACH):
            while True:
                row = store.row(key, ["balance", "version"], EVERYTHING)
                assert row is not None
                try:
                    store.update(key, {"balance": row[0] + 1}, EVERYTHING, version=row[1])
                    break
                except Stale:
                    continue

    assert together(bank, increment, 4) == [None] * 4
    row = store.row(key, ["balance", "version"], EVERYTHING)
    assert row == (Decimal(4 * EACH), 4 * EACH + 1)


def test_transaction_loses_no_increment_on_sqlite(bank: Bank) -> None:
    """T61: a transaction of a store has SQLite's write lock before it reads."""
    if bank.db.engine.dialect.name != "sqlite":
        pytest.skip("Servers let two transactions read at once: give a version there.")
    store = bank.store("Account")
    key = store.create({"number": "1"}, EVERYTHING).key

    def increment(number: int) -> None:
        for _ in range(EACH):
            with store.transaction() as work:
                row = store.row(key, ["balance"], EVERYTHING)
                assert row is not None
                work.update(key, {"balance": row[0] + 1}, EVERYTHING)

    assert together(bank, increment, 4) == [None] * 4
    assert store.row(key, ["balance"], EVERYTHING) == (Decimal(4 * EACH),)


def test_updates_of_different_fields(bank: Bank) -> None:
    """T53: who gives no version overwrites only the fields that are given."""
    store = bank.store("Account")
    key = store.create({"number": "1"}, EVERYTHING).key

    def write(number: int) -> None:
        name = "balance" if number % 2 else "rate"
        for each in range(EACH):
            store.update(key, {name: each + 1}, EVERYTHING)

    found = together(bank, write, 2)
    assert found == [None, None], found
    assert store.row(key, ["balance", "rate"], EVERYTHING) == (EACH, float(EACH))
