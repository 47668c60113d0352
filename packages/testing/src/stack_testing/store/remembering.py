"""The contract of what is known about a row: its history, and what a delete would touch."""

from __future__ import annotations

import time

import pytest

from stack_core.filter import FALSE, Is
from stack_core.problem import Denied, NotFound
from stack_core.query import EVERYTHING, Query

from .asking import find_keys
from .demand import needs
from .reaching import RED, reach
from .stand import StoreStand
from .transacting import undone
from .writing import NEW


def tick() -> float:
    """Return a time that is between what was done and what is done next."""
    time.sleep(0.002)
    now = time.time()
    time.sleep(0.002)
    return now


def touched(stores: StoreStand, kind: str, key: int) -> dict[tuple[str, str], int]:
    """Return how many rows of which kind a delete would touch, and how."""
    return {
        (each.kind, each.what): each.total.count
        for each in stores[kind].related(key, EVERYTHING)
        if each.total is not None and each.total.count
    }


class RememberingContract:
    """What was done to a row is known, and can be undone."""

    @needs("history")
    def test_history(self, stores: StoreStand) -> None:
        """S34: what was done to a row is told, newest first, with values before and after."""
        store = stores["book"]
        saved = store.create({**NEW, "pages": 1, "code": "hush"}, EVERYTHING)
        store.update(saved.key, {"pages": 2}, EVERYTHING)
        store.update(saved.key, {"pages": 2}, EVERYTHING)
        store.update(saved.key, {"pages": None, "code": "other"}, EVERYTHING)
        last, middle, first = store.history(saved.key, EVERYTHING)
        assert [each.action for each in (first, middle, last)] == ["create", "update", "update"]
        assert {each.key for each in (first, middle, last)} == {saved.key}
        assert (first.new["title"], first.new["code"]) == ("new", None)
        assert (dict(middle.old), dict(middle.new)) == ({"pages": 1}, {"pages": 2})
        assert (last.old["pages"], last.new["pages"], last.new["code"]) == (2, None, None)
        assert last.at >= middle.at >= first.at > 0
        assert len(store.history(saved.key, EVERYTHING, limit=2)) == 2

    @needs("history")
    def test_history_is_in_the_transaction(self, stores: StoreStand) -> None:
        """S31: what was undone is not remembered."""
        store = stores["book"]
        before = store.history(1, EVERYTHING)
        with undone(store) as work:
            work.update(1, {"pages": 2}, EVERYTHING)
        assert store.history(1, EVERYTHING) == before

    @needs("history")
    def test_history_is_scoped(self, stores: StoreStand) -> None:
        """S27: a row out of reach has no history for whoever asks."""
        stores["book"].update(3, {"pages": 2}, EVERYTHING)
        with pytest.raises(NotFound):
            stores["book"].history(3, reach(FALSE))

    @needs("restore", "history")
    def test_restore(self, stores: StoreStand) -> None:
        """The values that a row had at a time are written back, as a write like others."""
        store = stores["book"]
        names = ["title", "pages", "author", "editor"]
        begin, before = tick(), store.row(4, names, EVERYTHING)
        store.update(4, {"title": "one", "pages": 1, "editor": None}, EVERYTHING)
        middle, between = tick(), store.row(4, names, EVERYTHING)
        store.update(4, {"title": "two", "author": 2}, EVERYTHING)
        saved = store.restore(4, middle, EVERYTHING)
        assert set(saved.changed) == {"title", "author"}
        assert store.row(4, names, EVERYTHING) == between
        store.restore(4, begin, EVERYTHING)
        assert store.row(4, names, EVERYTHING) == before
        assert store.history(4, EVERYTHING)[0].action == "restore"

    @needs("restore", "history")
    def test_restore_stays_in_reach(self, stores: StoreStand) -> None:
        """S41: what is restored stays in reach, and a row out of it is not restored."""
        store, begin = stores["book"], tick()
        store.update(3, {"author": 1}, EVERYTHING)
        with pytest.raises(Denied):
            store.restore(3, begin, reach(RED))
        with pytest.raises(NotFound):
            store.restore(3, begin, reach(FALSE))
        assert store.row(3, ["author"], EVERYTHING) == (1,)

    @needs("restore", "history")
    def test_row_that_is_gone_is_restored_by_who_reaches_all(self, stores: StoreStand) -> None:
        """S41: nobody can tell whether a row that is gone was within a scope, so it is not."""
        store = stores["book"]
        key = store.create(NEW, EVERYTHING).key
        begin = tick()
        store.delete(key, EVERYTHING)
        with pytest.raises(NotFound):
            store.restore(key, begin, reach(RED))
        assert store.restore(key, begin, EVERYTHING).key == key

    @needs("restore", "history", "soft")
    def test_marked_row_is_restored(self, stores: StoreStand) -> None:
        """A row that is marked as deleted is there again when it is restored."""
        store = stores["note"]
        begin = tick()
        store.delete(3, EVERYTHING)
        assert find_keys(store) == [1, 2]
        store.restore(3, begin, EVERYTHING)
        assert find_keys(store) == [1, 2, 3]
        assert store.row(3, ["slug", "body", "parent"], EVERYTHING) == ("third", "an end", 1)

    @needs("related")
    def test_related(self, stores: StoreStand) -> None:
        """What a delete would touch is told beforehand: what goes, is cleared, or refuses."""
        found = touched(stores, "author", 1)
        assert found[("book", "refuse")] == len(find_keys(stores["book"], Is("author", "eq", 1)))
        assert found[("book", "clear")] == 1
        assert found[("author", "clear")] == 2
        found = touched(stores, "book", 1)
        assert found[("copy", "delete")] == 2
        assert all(what == "delete" for _, what in found)
        assert touched(stores, "loan", 1) == {}
        with pytest.raises(NotFound):
            stores["author"].related(1, reach(FALSE))

    @needs("advise")
    def test_advice_is_findings(self, stores: StoreStand) -> None:
        """Advice is findings, each with what to do."""
        where = Is("author.team.name", "eq", "red")
        query = Query(fields=("title",), where=where, order=("-pages",), search="parrot")
        for finding in stores["book"].advise(query):
            assert finding.id
            assert finding.message
