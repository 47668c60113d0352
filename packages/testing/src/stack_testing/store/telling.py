"""The contract of events: S31 to S35."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from blinker import NamedSignal

from stack_core.event import Change, changed, changing
from stack_core.filter import Is
from stack_core.problem import Conflict, Denied, Stale
from stack_core.query import EVERYTHING

from .asking import find_keys
from .demand import needs
from .reaching import RED, reach
from .stand import StoreStand
from .transacting import Left, undone
from .writing import NEW


@contextmanager
def hear(stores: StoreStand, signal: NamedSignal) -> Iterator[list[Change]]:
    """Collect what a signal tells during a block."""
    heard: list[Change] = []

    def receive(app: Any, *, change: Change) -> None:
        heard.append(change)

    with signal.connected_to(receive, sender=stores.app):
        yield heard


class TellingContract:
    """Others are told what was changed, and nothing else."""

    @needs("write")
    @pytest.mark.parametrize("signal", [changing, changed], ids=["changing", "changed"])
    def test_change_is_told(self, stores: StoreStand, signal: NamedSignal) -> None:
        """S34: an event says what was done to which row, with the values before and after."""
        store = stores["book"]
        with hear(stores, signal) as heard:
            saved = store.create({**NEW, "pages": 3}, EVERYTHING)
            store.update(saved.key, {"pages": 4, "title": "new"}, EVERYTHING)
            store.delete(saved.key, EVERYTHING)
        assert [(each.kind, each.action, each.key) for each in heard] == [
            ("book", "create", saved.key),
            ("book", "update", saved.key),
            ("book", "delete", saved.key),
        ]
        assert heard[0].new["title"] == "new"
        assert heard[0].new["pages"] == 3
        assert dict(heard[1].new) == {"pages": 4}
        assert dict(heard[1].old) == {"pages": 3}
        assert heard[2].old.get("pages", 4) == 4
        assert all(each.count == 1 and each.at > 0 for each in heard)

    @needs("write")
    def test_relation_is_told_by_its_key(self, stores: StoreStand) -> None:
        """S34: what a relation leads to is told by its field and its key."""
        with hear(stores, changed) as heard:
            stores["loan"].update(1, {"copy": (11, 1)}, EVERYTHING)
            stores["book"].update(1, {"author": 3}, EVERYTHING)
        assert [dict(each.new) for each in heard] == [{"copy": (11, 1)}, {"author": 3}]
        assert heard[1].old.get("author", 2) == 2

    @needs("write")
    def test_secret_is_told_by_name(self, stores: StoreStand) -> None:
        """S34: a secret appears by name, and with None."""
        with hear(stores, changing) as heard, hear(stores, changed) as later:
            stores["book"].update(1, {"code": "hush"}, EVERYTHING)
            stores["book"].create({**NEW, "code": "hush"}, EVERYTHING)
        assert len(heard) == len(later) == 2
        for each in (*heard, *later):
            assert each.new["code"] is None
            assert each.old.get("code") is None

    @needs("write")
    def test_no_difference_is_not_told(self, stores: StoreStand) -> None:
        """S40: an update without a difference is no event."""
        with hear(stores, changing) as heard, hear(stores, changed) as later:
            stores["book"].update(1, {"title": "Straße"}, EVERYTHING)
        assert heard == later == []

    @needs("write")
    def test_refused_write_is_not_told(self, stores: StoreStand) -> None:
        """S32: what was refused is told to nobody after the commit."""
        store = stores["book"]
        with hear(stores, changed) as heard:
            with pytest.raises(Conflict):
                store.create({**NEW, "isbn": "isbn-1"}, EVERYTHING)
            with pytest.raises(Denied):
                store.create({**NEW, "author": 3}, reach(RED))
            with pytest.raises(Stale):
                store.update(1, {"title": "x"}, EVERYTHING, version=99)
            with store.transaction() as work:
                with pytest.raises(Conflict):
                    work.create({**NEW, "isbn": "isbn-1"}, EVERYTHING)
                work.update(2, {"title": "x"}, EVERYTHING)
        assert [(each.action, each.key) for each in heard] == [("update", 2)]

    @needs("write")
    def test_changing_is_inside(self, stores: StoreStand) -> None:
        """S31: what a receiver of ``changing`` writes stands or falls with the change."""

        def note_down(app: Any, *, change: Change) -> None:
            if change.kind == "book":
                stores["team"].create({"name": f"of {change.new['title']}"}, EVERYTHING)

        with changing.connected_to(note_down, sender=stores.app):
            stores["book"].create({**NEW, "title": "kept"}, EVERYTHING)
            with undone(stores["book"]) as work:
                work.create({**NEW, "title": "lost"}, EVERYTHING)
            with pytest.raises(Conflict):
                stores["book"].create({**NEW, "title": "kept", "isbn": "isbn-1"}, EVERYTHING)
        assert len(find_keys(stores["team"], Is("name", "eq", "of kept"))) == 1
        assert find_keys(stores["team"], Is("name", "eq", "of lost")) == []

    @needs("write")
    def test_changing_can_refuse(self, stores: StoreStand) -> None:
        """S31: what a receiver of ``changing`` raises undoes the change and reaches the caller."""

        def refuse(app: Any, *, change: Change) -> None:
            raise Left

        store = stores["book"]
        with store.transaction() as work:
            first = work.create({**NEW, "title": "before"}, EVERYTHING)
            with changing.connected_to(refuse, sender=stores.app):
                with pytest.raises(Left):
                    work.create({**NEW, "title": "refused"}, EVERYTHING)
                with pytest.raises(Left):
                    work.update(first.key, {"title": "refused"}, EVERYTHING)
                with pytest.raises(Left):
                    work.delete(1, EVERYTHING)
        assert find_keys(store, Is("title", "eq", "refused")) == []
        assert find_keys(store, Is("title", "in", ["before", "Straße"])) == [1, first.key]
        with changing.connected_to(refuse, sender=stores.app), pytest.raises(Left):
            store.create({**NEW, "title": "refused"}, EVERYTHING)
        assert find_keys(store, Is("title", "eq", "refused")) == []

    @needs("write")
    def test_changed_waits_for_the_commit(self, stores: StoreStand) -> None:
        """S32: ``changed`` is sent when the outermost transaction has been committed."""
        store = stores["book"]
        with hear(stores, changed) as heard:
            with store.transaction() as work:
                work.create(NEW, EVERYTHING)
                with store.transaction() as inner:
                    inner.update(1, {"title": "x"}, EVERYTHING)
                assert heard == []
            assert [each.action for each in heard] == ["create", "update"]

    @needs("write")
    def test_undone_is_not_told(self, stores: StoreStand) -> None:
        """S32: an undone savepoint, or transaction, takes its events along."""
        store = stores["book"]
        with hear(stores, changed) as heard:
            with store.transaction() as work:
                work.update(1, {"title": "x"}, EVERYTHING)
                with undone(store) as inner:
                    inner.update(2, {"title": "x"}, EVERYTHING)
            with undone(store) as work:
                work.update(3, {"title": "x"}, EVERYTHING)
            store.update(4, {"title": "x"}, EVERYTHING)
        assert [each.key for each in heard] == [1, 4]

    @needs("write")
    def test_changed_may_read_and_write(self, stores: StoreStand) -> None:
        """S32: a receiver of ``changed`` finds what was committed, and may write itself."""
        found: list[Any] = []

        def look(app: Any, *, change: Change) -> None:
            if change.kind == "book":
                found.append(stores["book"].row(change.key, ["title"], EVERYTHING))
                stores["team"].create({"name": "after"}, EVERYTHING)

        with changed.connected_to(look, sender=stores.app):
            stores["book"].update(1, {"title": "x"}, EVERYTHING)
        assert found == [("x",)]
        assert len(find_keys(stores["team"], Is("name", "eq", "after"))) == 1

    @needs("write")
    def test_failing_receiver_stops_nobody(
        self, stores: StoreStand, caplog: pytest.LogCaptureFixture
    ) -> None:
        """S33: what a receiver of ``changed`` raises is logged; the others hear of the change."""

        def fail(app: Any, *, change: Change) -> None:
            raise Left("no luck")

        with (
            changed.connected_to(fail, sender=stores.app),
            hear(stores, changed) as heard,
            changed.connected_to(lambda app, *, change: fail(app, change=change)),
        ):
            stores["book"].update(1, {"title": "x"}, EVERYTHING)
        assert [each.key for each in heard] == [1]
        assert stores["book"].row(1, ["title"], EVERYTHING) == ("x",)
        assert "no luck" in caplog.text

    @needs("write")
    def test_nobody_listens(self, stores: StoreStand) -> None:
        """S35: where nobody listens nothing is collected, for those who come later either."""
        with stores["book"].transaction() as work:
            work.update(1, {"title": "unheard"}, EVERYTHING)
            with hear(stores, changed) as heard:
                work.update(2, {"title": "heard"}, EVERYTHING)
        assert [each.key for each in heard] in ([], [2])
        with hear(stores, changed) as heard:
            stores["book"].update(3, {"title": "heard"}, EVERYTHING)
        assert [each.key for each in heard] == [3]

    @needs("write")
    def test_other_application_is_not_told(self, stores: StoreStand) -> None:
        """S32: events are an application's own."""
        from flask import Flask

        heard: list[Change] = []

        def receive(app: Any, *, change: Change) -> None:
            heard.append(change)

        with changed.connected_to(receive, sender=Flask("another")):
            stores["book"].update(3, {"title": "x"}, EVERYTHING)
        assert heard == []

    @needs("write", "bulk")
    def test_many_rows_are_one_event(self, stores: StoreStand) -> None:
        """S32: a write of many rows is one event, with its filter and how many it were."""
        store, part = stores["book"], Is("author", "eq", 2)
        count = len(find_keys(store, part))
        with hear(stores, changing) as heard, hear(stores, changed) as later:
            store.update_where(part, {"pages": 1}, EVERYTHING)
            store.create_many([NEW, {**NEW, "title": "newer"}], EVERYTHING)
            store.delete_where(Is("title", "in", ["new", "newer"]), EVERYTHING)
        facts = [(each.action, each.key, each.count) for each in later]
        assert facts == [("update", None, count), ("create", None, 2), ("delete", None, 2)]
        assert later[0].where == part
        assert dict(later[0].new) == {"pages": 1}
        assert [each.action for each in heard] == [each.action for each in later]
