"""The contract of transactions: S38, S44 to S46 and S50."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from stack_core.filter import Is
from stack_core.problem import Conflict, Unavailable
from stack_core.query import EVERYTHING, Query
from stack_core.store import Store, Work

from .asking import by_key, find_keys
from .demand import needs
from .stand import StoreStand
from .writing import NEW

THREADS = 6
EACH = 5
AUTHORS = tuple(by_key("author"))
PALE = ["pink", "grey"]


class Left(Exception):
    """What a test raises to leave a transaction."""


@contextmanager
def undone(store: Store) -> Iterator[Work]:
    """Do something in a transaction, or savepoint, that is left with an error."""
    try:
        with store.transaction() as work:
            yield work
            raise Left
    except Left:
        return
    pytest.fail("The transaction keeps the error to itself.")


def elsewhere(stores: StoreStand, act: Callable[[], Any]) -> Any:
    """Return what an act gives when another thread does it."""
    found: list[Any] = []

    def run() -> None:
        try:
            with stores.caller():
                found.append(act())
        except Exception as error:
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    thread.join(30)
    assert not thread.is_alive(), "The other thread waits for ever."
    if isinstance(found[0], Exception):
        raise found[0]
    return found[0]


class TransactingContract:
    """Writes of one transaction stand or fall together."""

    @needs("write")
    def test_transaction_commits(self, stores: StoreStand) -> None:
        """S45: at the end of the outermost block everything is committed."""
        with stores["book"].transaction() as work:
            saved = work.create(NEW, EVERYTHING)
            work.update(saved.key, {"pages": 5}, EVERYTHING)
            work.delete(2, EVERYTHING)
        row = elsewhere(stores, lambda: stores["book"].row(saved.key, ["pages"], EVERYTHING))
        assert row == (5,)
        assert 2 not in elsewhere(stores, lambda: find_keys(stores["book"]))

    @needs("write")
    def test_transaction_is_undone(self, stores: StoreStand) -> None:
        """S45: an error undoes all of it."""
        before = find_keys(stores["book"])
        with undone(stores["book"]) as work:
            work.create(NEW, EVERYTHING)
            work.update(1, {"title": "x"}, EVERYTHING)
            work.delete(2, EVERYTHING)
        assert find_keys(stores["book"]) == before
        assert stores["book"].row(1, ["title"], EVERYTHING) == ("Straße",)

    @needs("write")
    def test_reads_see_own_writes(self, stores: StoreStand) -> None:
        """S38: a read sees what the caller has written and not yet committed."""
        with stores["book"].transaction() as work:
            saved = work.create({**NEW, "author": 2}, EVERYTHING)
            assert saved.key in find_keys(stores["book"], Is("author.name", "eq", "bob"))
            assert stores["book"].row(saved.key, ["title"], EVERYTHING) == ("new",)
            book: Any = stores["book"].get(saved.key, EVERYTHING)
            assert book.title == "new"
            work.delete(saved.key, EVERYTHING)
            assert stores["book"].get(saved.key, EVERYTHING) is None

    @needs("write")
    def test_others_see_what_is_committed(self, stores: StoreStand) -> None:
        """S45: nobody else sees a transaction before its end."""
        with stores["book"].transaction() as work:
            saved = work.create(NEW, EVERYTHING)
            work.update(1, {"title": "x"}, EVERYTHING)
            keys = elsewhere(stores, lambda: find_keys(stores["book"]))
            row = elsewhere(stores, lambda: stores["book"].row(1, ["title"], EVERYTHING))
        assert saved.key not in keys
        assert row == ("Straße",)

    @needs("write")
    def test_savepoint_is_undone_alone(self, stores: StoreStand) -> None:
        """S44: an inner block that fails undoes its own writes and no others."""
        store = stores["book"]
        with store.transaction() as work:
            first = work.create({**NEW, "title": "first"}, EVERYTHING)
            with undone(store) as inner:
                inner.create({**NEW, "title": "lost"}, EVERYTHING)
                inner.update(first.key, {"title": "lost"}, EVERYTHING)
                with store.transaction() as innermost:
                    innermost.update(1, {"title": "lost"}, EVERYTHING)
            with store.transaction() as inner:
                inner.create({**NEW, "title": "last"}, EVERYTHING)
        assert find_keys(store, Is("title", "eq", "lost")) == []
        assert len(find_keys(store, Is("title", "in", ["first", "last"]))) == 2

    @needs("write")
    def test_outermost_decides(self, stores: StoreStand) -> None:
        """S45: an inner block that has ended is undone with the outer one."""
        with undone(stores["book"]), stores["book"].transaction() as inner:
            inner.create({**NEW, "title": "lost"}, EVERYTHING)
        assert find_keys(stores["book"], Is("title", "eq", "lost")) == []

    @needs("write")
    def test_stores_share_a_transaction(self, stores: StoreStand) -> None:
        """S46: stores of one database join: their writes stand or fall together."""
        with undone(stores["team"]) as work:
            team = work.create({"name": "pink"}, EVERYTHING)
            author = stores["author"].create({"name": "gus", "team": team.key}, EVERYTHING)
            row = stores["author"].row(author.key, ["team.name"], EVERYTHING)
            assert row == ("pink",)
        assert find_keys(stores["team"], Is("name", "eq", "pink")) == []
        assert find_keys(stores["author"], Is("name", "eq", "gus")) == []
        with stores["team"].transaction() as work:
            team = work.create({"name": "pink"}, EVERYTHING)
            stores["author"].create({"name": "gus", "team": team.key}, EVERYTHING)
        assert len(find_keys(stores["author"], Is("team.name", "eq", "pink"))) == 1

    @needs("write")
    def test_threads_write_at_once(self, stores: StoreStand) -> None:
        """S50: a store is used by many threads at once, and no write is lost or doubled."""
        store, errors = stores["book"], []
        ready = threading.Barrier(THREADS)

        def write(number: int) -> None:
            ready.wait(30)
            for each in range(EACH):
                title = f"thread {number} {each}"
                for _ in range(20):
                    try:
                        store.create({**NEW, "title": title}, EVERYTHING)
                        break
                    except Unavailable:
                        continue

        def run(number: int) -> None:
            try:
                with stores.caller():
                    write(number)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=run, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert errors == []
        part = Is("title", "starts", "thread ")
        page = store.page(Query(fields=("title",), where=part, limit=1000), EVERYTHING)
        titles = sorted(title for (title,) in page.rows)
        assert titles == sorted(f"thread {i} {j}" for i in range(THREADS) for j in range(EACH))

    @needs("write")
    def test_threads_read_at_once(self, stores: StoreStand) -> None:
        """S50: many threads get the same answers as one."""
        store, found = stores["book"], []
        wanted = [find_keys(store, Is("author", "eq", key)) for key in AUTHORS]

        def run() -> None:
            with stores.caller():
                found.append([find_keys(store, Is("author", "eq", key)) for key in AUTHORS])

        threads = [threading.Thread(target=run) for _ in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(60)
        assert found == [wanted] * THREADS

    @needs("session", "write")
    def test_reads_see_pending_objects(self, stores: StoreStand) -> None:
        """S38: a read sees what the caller's session has pending, and does not commit it."""
        stores.pend("team", {"name": "pink"})
        assert len(find_keys(stores["team"], Is("name", "eq", "pink"))) == 1
        stores.rollback()
        assert find_keys(stores["team"], Is("name", "eq", "pink")) == []

    @needs("session", "write")
    def test_transaction_commits_pending_objects(self, stores: StoreStand) -> None:
        """S45: the outermost transaction commits with what the caller's session had pending."""
        stores.pend("team", {"name": "pink"})
        with stores["team"].transaction() as work:
            work.create({"name": "grey"}, EVERYTHING)
        stores.rollback()
        names = elsewhere(stores, lambda: find_keys(stores["team"], Is("name", "in", PALE)))
        assert len(names) == 2

    @needs("session", "write")
    def test_refused_write_leaves_pending_objects(self, stores: StoreStand) -> None:
        """S44: a refused write leaves the caller's pending objects as they were."""
        stores.pend("team", {"name": "pink"})
        with pytest.raises(Conflict):
            stores["team"].create({"name": "red"}, EVERYTHING)
        stores.commit()
        assert (
            len(elsewhere(stores, lambda: find_keys(stores["team"], Is("name", "in", PALE)))) == 1
        )

    @needs("session", "write")
    def test_error_leaves_pending_objects(self, stores: StoreStand) -> None:
        """S45: a transaction that is undone leaves the caller's pending work to the caller."""
        stores.pend("team", {"name": "pink"})
        with undone(stores["team"]) as work:
            work.create({"name": "grey"}, EVERYTHING)
        stores.commit()
        keys = find_keys(stores["team"], Is("name", "in", PALE))
        assert [stores["team"].row(key, ["name"], EVERYTHING) for key in keys] == [("pink",)]

    @needs("session", "write")
    def test_session_sees_the_store(self, stores: StoreStand) -> None:
        """S46: session and store share one transaction, whichever began."""
        with undone(stores["team"]) as work:
            saved = work.create({"name": "grey"}, EVERYTHING)
            team: Any = stores["team"].get(saved.key, EVERYTHING)
            assert team.name == "grey"
            stores.pend("team", {"name": "pink"})
            assert len(find_keys(stores["team"], Is("name", "in", PALE))) == 2
        stores.rollback()
        assert find_keys(stores["team"], Is("name", "in", PALE)) == []
