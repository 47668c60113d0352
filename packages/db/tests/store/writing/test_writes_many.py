"""Writing many rows at once."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from stack_core.event import changed
from stack_core.filter import TRUE, Is
from stack_core.problem import Conflict, Invalid
from stack_core.query import EVERYTHING, Query, Reach
from stack_core.store import store_for

from .conftest import Bank


def keys(bank: Bank, name: str, where: Any = TRUE) -> list[Any]:
    """Return the keys that a filter finds."""
    return bank.store(name).page(Query(fields=(), where=where, limit=5000), EVERYTHING).keys


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Return accounts, every third with a field more."""
    for number in range(count):
        yield {"number": f"n{number}"} | ({"small": 1} if number % 3 == 0 else {})


def test_rows_of_different_fields(bank: Bank) -> None:
    """Rows need not name the same fields; defaults, versions and stamps are filled in."""
    store = bank.store("Account")
    assert store.create_many(rows(2500), EVERYTHING) == 2500
    assert len(keys(bank, "Account", Is("small", "eq", 1))) == 834
    assert len(keys(bank, "Account", Is("version", "eq", 1))) == 2500


@pytest.mark.parametrize("scoped", [False, True])
def test_conflict_names_the_row(bank: Bank, scoped: bool) -> None:
    """The path of an error begins with the position of its row, and no row is there."""
    reach = Reach(row=Is("number", "starts", "n"), trusted=True) if scoped else EVERYTHING
    taken = [*rows(1500), {"number": "n7"}, *rows(3)]
    with pytest.raises(Conflict) as caught:
        bank.store("Account").create_many(taken, reach)
    assert caught.value.errors[0].path == (1500, "number")
    assert keys(bank, "Account") == []


def test_all_errors_of_a_chunk(bank: Bank) -> None:
    """What can be known beforehand is told of all rows."""
    wrong = [{"number": "1"}, {}, {"number": "2", "owner": 99}, {"number": "3", "x": 1}]
    with pytest.raises(Invalid) as caught:
        bank.store("Account").create_many(wrong, Reach(row=TRUE, through=(("owner", TRUE),)))
    assert {each.path for each in caught.value.errors} >= {(1, "number"), (3, "x")}


def test_row_may_lead_to_one_before_it(bank: Bank) -> None:
    """Rows are written in their order, and deleted in the other, together or one by one."""
    tree = [{"id": 1}, *({"id": number, "over": number // 2} for number in range(2, 1200))]
    assert bank.store("Branch").create_many(tree, EVERYTHING) == 1199
    with pytest.raises(Conflict):
        bank.store("Branch").delete_where(Is("id", "lt", 100), EVERYTHING)
    assert bank.store("Branch").delete_where(TRUE, EVERYTHING) == 1199


def test_update_where_writes_what_differs(bank: Bank) -> None:
    """S40: rows that have the values already keep their version, and are not counted as told."""
    store, heard = bank.store("Account"), []
    store.create_many(rows(9), EVERYTHING)

    def receive(app: Any, *, change: Any) -> None:
        heard.append((change.action, change.key, change.count, dict(change.new)))

    with changed.connected_to(receive, sender=bank.app):
        assert store.update_where(TRUE, {"small": 1}, EVERYTHING) == 9
        assert store.update_where(TRUE, {"small": 1}, EVERYTHING) == 9
    assert heard == [("update", None, 6, {"small": 1})]
    assert len(keys(bank, "Account", Is("version", "eq", 2))) == 6
    assert store.update_where(TRUE, {"small": None}, EVERYTHING) == 9


def test_models_with_a_say_go_row_by_row(bank: Bank) -> None:
    """S47: listeners see every object of a write of many, which is one event nevertheless."""
    store, seen, heard = bank.store("Card"), [], []

    def look(mapper: Any, connection: Any, target: Any) -> None:
        seen.append(target.name)

    def receive(app: Any, *, change: Any) -> None:
        heard.append((change.action, change.key, change.count))

    for name in ("before_insert", "before_update"):
        event.listen(bank.Card, name, look)
    with changed.connected_to(receive, sender=bank.app):
        store.create_many([{"name": "a"}, {"name": "b"}], EVERYTHING)
        store.update_where(TRUE, {"name": "c"}, EVERYTHING)
        store.delete_where(TRUE, EVERYTHING)
    assert sorted(seen) == ["a", "b", "c", "c", "c", "c"]
    assert heard == [("create", None, 2), ("update", None, 2), ("delete", None, 2)]
    assert keys(bank, "Card") == []


@pytest.mark.parametrize("seen", [False, True])
def test_keys_of_several_columns(bank: Bank, seen: bool) -> None:
    """Rows whose keys have text are written exactly, and what leads to them is counted."""

    class Desk(bank.db.Model):  # type: ignore[misc, name-defined]
        room: Mapped[str] = mapped_column(sa.String(5), primary_key=True)
        number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
        note: Mapped[str | None] = mapped_column(sa.String(20))

    class Lamp(bank.db.Model):  # type: ignore[misc, name-defined]
        id: Mapped[int] = mapped_column(primary_key=True)
        room: Mapped[str | None] = mapped_column(sa.String(5))
        number: Mapped[int | None] = mapped_column()
        desk = relationship("Desk")
        __table_args__ = (
            sa.ForeignKeyConstraint(["room", "number"], ["desk.room", "desk.number"]),
        )

    bank.db.create_all()
    if seen:
        for name in ("before_update", "before_delete"):
            event.listen(Desk, name, lambda mapper, connection, target: None)
    desks, lamps = store_for(bank.app, Desk), store_for(bank.app, Lamp)
    desks.create_many([{"room": "a", "number": number} for number in range(4)], EVERYTHING)
    lamps.create({"desk": ("a", 3)}, EVERYTHING)
    chosen = Is("", "in", [("a", 1), ("a", 2), ("A", 3)])
    assert desks.update_where(chosen, {"note": "new"}, EVERYTHING) == 2
    assert desks.delete_where(Is("note", "eq", "new"), EVERYTHING) == 2
    (touched,) = desks.related(("a", 3), EVERYTHING)
    assert (touched.kind, touched.total.count) == ("lamp", 1)
    page = desks.page(Query(fields=()), EVERYTHING)
    assert list(page.keys) == [("a", 0), ("a", 3)]


def test_caller_sees_what_many_wrote(bank: Bank) -> None:
    """Objects that the caller holds are read anew after a write of many."""
    store = bank.store("Account")
    store.create_many(rows(2), EVERYTHING)
    with store.transaction() as work:
        held = bank.db.session.get(bank.Account, keys(bank, "Account")[0])
        assert held.small == 1
        work.update_where(TRUE, {"small": 3}, EVERYTHING)
        assert held.small == 3


@pytest.mark.slow
def test_flat_memory(bank: Bank) -> None:
    """As many rows as there are flights in a year go in without being held."""
    if bank.db.engine.dialect.name != "sqlite":
        pytest.skip("The rows are held, or not, by the same code on every database.")
    store = bank.store("Owner")
    store.create_many(({"name": f"first {number}"} for number in range(20_000)), EVERYTHING)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    made = store.create_many(({"name": f"{number}"} for number in range(336_776)), EVERYTHING)
    assert made == 336_776
    assert (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024 < 20
