"""Transactions of stores and of the session, which are the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest
import sqlalchemy as sa

from stack_core.event import changing
from stack_core.filter import Is
from stack_core.problem import Conflict, Denied, Invalid
from stack_core.query import EVERYTHING, Reach
from stack_core.store import Work
from stack_db.store.refusal import InUse
from stack_db.store.sql_store import SqlStore

from .conftest import Bank


class Left(Exception):
    """What a test raises to leave a transaction."""


@contextmanager
def undone(store: SqlStore) -> Iterator[Work]:
    """Do something in a transaction that is left with an error."""
    with suppress(Left), store.transaction() as work:
        yield work
        raise Left


def count(bank: Bank, name: str = "owner") -> int:
    """Return how many rows a new connection finds."""
    with bank.db.engine.connect() as connection:
        found: int = connection.execute(sa.text(f"SELECT count(*) FROM {name}")).scalar_one()
    return found


def test_first_write_needs_no_savepoint(bank: Bank) -> None:
    """S44: nothing is there to lose before the first write, so it has no savepoint."""
    store = bank.store("Owner")
    store.create({"name": "before"}, EVERYTHING)
    with bank.sent() as sent, store.transaction() as work:
        work.create({"name": "first"}, EVERYTHING)
    assert sent == ["INSERT", "COMMIT"]


def test_refused_first_write_goes_on(bank: Bank) -> None:
    """S44: a first write that is refused leaves a transaction that can be written in."""
    store = bank.store("Owner")
    store.create({"name": "taken"}, EVERYTHING)
    with store.transaction() as work:
        with pytest.raises(Conflict):
            work.create({"name": "taken"}, EVERYTHING)
        work.create({"name": "second"}, EVERYTHING)
        with pytest.raises(Conflict):
            work.create({"name": "taken"}, EVERYTHING)
    assert count(bank) == 2


def test_refused_first_write_keeps_what_was_read(bank: Bank) -> None:
    """S44: a refused write does not give up the locks of what was read before it."""
    store = bank.store("Owner")
    store.create({"name": "taken"}, EVERYTHING)
    with store.transaction() as work:
        root = bank.db.session().get_transaction()
        assert store.row(1, ["name"], EVERYTHING) == ("taken",)
        with pytest.raises(Conflict):
            work.create({"name": "taken"}, EVERYTHING)
        assert bank.db.session().get_transaction() is root


def test_pending_objects_outlive_a_refused_first_write(bank: Bank) -> None:
    """S44: what the caller added inside of the block stands, whatever is refused after it."""
    store = bank.store("Owner")
    store.create({"name": "taken"}, EVERYTHING)
    with store.transaction() as work:
        bank.db.session.add(bank.Owner(name="pending"))
        with pytest.raises(Conflict):
            work.create({"name": "taken"}, EVERYTHING)
    assert count(bank) == 2


def test_caller_has_begun(bank: Bank) -> None:
    """S45, S46: a write joins what the session has begun, and commits it; its error does not."""
    store = bank.store("Owner")
    store.create({"name": "taken"}, EVERYTHING)
    bank.db.session.add(bank.Owner(name="mine"))
    with pytest.raises(Conflict):
        store.create({"name": "taken"}, EVERYTHING)
    with undone(store) as work:
        work.create({"name": "lost"}, EVERYTHING)
    assert count(bank) == 1
    store.create({"name": "third"}, EVERYTHING)
    assert count(bank) == 3


def test_failing_pending_object_is_its_own_error(bank: Bank) -> None:
    """S49: what the caller's own object breaks is not said of the store's write."""
    store = bank.store("Owner")
    store.create({"name": "taken"}, EVERYTHING)
    bank.db.session.add(bank.Owner(name="taken"))
    with pytest.raises(sa.exc.IntegrityError):
        store.create({"name": "other"}, EVERYTHING)
    bank.db.session.rollback()


def test_session_is_not_ended_inside(bank: Bank) -> None:
    """S45: a commit of the session inside of the block is an error that says so."""
    store = bank.store("Owner")

    def write() -> None:
        with store.transaction() as work:
            work.create({"name": "early"}, EVERYTHING)
            bank.db.session.commit()

    with pytest.raises(RuntimeError, match="ended inside"):
        write()


def test_receiver_joins(bank: Bank) -> None:
    """S31: what receivers write, by session and by store, falls with the change."""
    store = bank.store("Account")

    def receive(app: object, *, change: object) -> None:
        if getattr(change, "kind", "") == "account":
            bank.db.session.add(bank.Owner(name="by session"))
            bank.store("Owner").create({"name": "by store"}, EVERYTHING)

    with changing.connected_to(receive, sender=bank.app):
        with undone(store) as work:
            work.create({"number": "1"}, EVERYTHING)
        assert count(bank) == 0
        store.create({"number": "1"}, EVERYTHING)
    assert count(bank) == 2


def test_denied_write_is_undone_alone(bank: Bank) -> None:
    """S41, S44: a write that leaves the reach is undone, with what was told because of it."""
    store = bank.store("Account")
    mine = Reach(row=_named("mine"), trusted=True)
    with store.transaction() as work:
        key = work.create({"number": "mine"}, mine).key
        with pytest.raises(Denied):
            work.update(key, {"number": "yours"}, mine)
        with pytest.raises(Invalid):
            work.update(key, {"owner": 99}, mine)
        work.update(key, {"small": 1}, mine)
    assert store.row(key, ["number", "small"], EVERYTHING) == ("mine", 1)


def test_constraint_that_is_checked_at_the_commit(bank: Bank) -> None:
    """S49: what a database refuses at the commit is a problem too, and all is undone."""
    store = bank.store("Deed")
    with pytest.raises(Invalid) as caught:
        store.create({"owner": 99}, EVERYTHING)
    assert [each.code for each in caught.value.errors] == ["missing"]

    def write() -> None:
        with store.transaction() as work:
            bank.store("Owner").create({"name": "lost"}, EVERYTHING)
            work.create({"owner": 99}, EVERYTHING)

    with pytest.raises(Invalid):
        write()
    assert (count(bank), count(bank, "deed")) == (0, 0)


def test_other_rows_that_a_commit_finds_left_behind(bank: Bank) -> None:
    """S49: who deletes what a deferred constraint needs is told so, as by one that is not."""
    owners, deeds = bank.store("Owner"), bank.store("Deed")
    key = owners.create({"name": "needed"}, EVERYTHING).key
    deeds.create({"owner": key}, EVERYTHING)
    found, scoped = Is("id", "eq", key), Reach(row=Is("name", "eq", "needed"), trusted=True)

    def write(store: SqlStore) -> None:
        with store.transaction() as work:
            work.create({"name": "new"} if store is owners else {"owner": key}, EVERYTHING)
            owners.delete(key, EVERYTHING)

    def by_object() -> None:
        assert owners.get(key, EVERYTHING)
        owners.delete(key, EVERYTHING)

    for act in (
        lambda: write(owners),
        lambda: write(deeds),
        lambda: owners.delete(key, EVERYTHING),
        lambda: owners.delete(key, scoped),
        lambda: owners.delete_where(found, EVERYTHING),
        by_object,
    ):
        with pytest.raises(InUse, match="Rows of 'deed' need it"):
            act()
        bank.db.session.rollback()
        assert (count(bank), count(bank, "deed")) == (1, 1)


def test_commit_that_fails_for_something_else_than_a_delete(bank: Bank) -> None:
    """S49: a relation to no row is Invalid, whatever was deleted or tried beside it."""
    owners, deeds = bank.store("Owner"), bank.store("Deed")
    needed, free = (owners.create({"name": each}, EVERYTHING).key for each in ("needed", "free"))
    deeds.create({"owner": needed}, EVERYTHING)

    def write() -> None:
        with deeds.transaction() as work:
            owners.delete(free, EVERYTHING)
            with undone(owners) as inner:
                inner.create({"name": "lost"}, EVERYTHING)
                with suppress(InUse):
                    inner.delete(needed, EVERYTHING)
            work.create({"owner": 99}, EVERYTHING)

    with pytest.raises(Invalid):
        write()
    assert (count(bank), count(bank, "deed")) == (2, 1)


def _named(name: str) -> object:
    return Is("number", "eq", name)
