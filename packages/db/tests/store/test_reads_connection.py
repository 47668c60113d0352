"""Where reads are sent, and that they see what the caller sees."""

from __future__ import annotations

import gc
import os
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import Mapped, mapped_column

from databases import cut_connections
from stack_core.query import EVERYTHING, Query
from stack_core.store import store_for
from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]
QUERY = Query(fields=("title",), order=("title",))


def titles(library: Any) -> list[str]:
    """Return the titles that the books' store reads."""
    return [title for (title,) in library.store("Book").page(QUERY, EVERYTHING).rows]


def reader_of(library: Any) -> Any:
    """Return the reader of the default database."""
    return Database.of(library.app).readers.find(None)


def test_lone_read_begins_nothing(library: Any, count_statements: Any) -> None:
    """A read that stands alone is one statement on a connection that begins no transaction."""
    library.add(library.Book(title="a"))
    store, begun = library.store("Book"), []
    sa.event.listen(reader_of(library), "checkout", lambda *each: begun.append(each[0]))
    titles(library)
    with count_statements(library) as sent, library.app.app_context():
        assert titles(library) == ["a"]
        assert store.row(1, ("title",), EVERYTHING) == ("a",)
        assert not library.db.session.registry.has()
    assert len(sent) == 2
    connection = begun[-1]
    if library.database == "sqlite":
        assert connection.isolation_level is None
    elif library.database == "postgresql":
        assert connection.autocommit
    else:
        assert connection.get_autocommit()


def test_read_sees_what_is_pending(library: Any) -> None:
    """What the session has added, changed, deleted or flushed is read before it is committed."""
    with library.app.app_context():
        session, book = library.db.session, library.Book
        first = book(title="a")
        session.add(first)
        assert titles(library) == ["a"]
        first.title = "b"
        assert titles(library) == ["b"]
        assert list(library.store("Book").stream(QUERY, EVERYTHING)) == [("b",)]
        session.execute(sa.update(book).values(title="c"))
        assert titles(library) == ["c"]
        session.delete(first)
        assert titles(library) == []
        session.rollback()
        assert titles(library) == []


def test_stream_sees_what_stores_and_statements_have_written(library: Any) -> None:
    """A stream sees what its transaction holds, whoever wrote it and in whichever savepoint."""
    store = library.store("Book")
    with library.app.app_context():
        session, book = library.db.session, library.Book
        with store.transaction() as work:
            work.create({"title": "store"}, EVERYTHING)
            assert list(store.stream(QUERY, EVERYTHING)) == [("store",)]
        session.execute(sa.update(book).values(title="statement"))
        assert list(store.stream(QUERY, EVERYTHING)) == [("statement",)]
        with session.begin_nested():
            session.add(book(title="zz savepoint"))
            session.flush()
            gc.collect()
            assert list(store.stream(QUERY, EVERYTHING))[1:] == [("zz savepoint",)]
        session.rollback()
        assert list(store.stream(QUERY, EVERYTHING)) == [("store",)]


def test_stream_survives_what_its_transaction_does_meanwhile(library: Any) -> None:
    """A stream that shares a transaction loses no row when that asks or writes something."""
    store = library.store("Book")
    library.add(*(library.Book(title=f"t{i:04}") for i in range(1200)))
    with library.app.app_context():
        with store.transaction() as work:
            work.create({"title": "u"}, EVERYTHING)
            count = 0
            for count, _ in enumerate(store.stream(QUERY, EVERYTHING), 1):
                if count % 400 == 1:
                    work.create({"title": "zz"}, EVERYTHING)
        assert count >= 1201


def test_another_applications_session_is_not_used(library: Any, start: Start) -> None:
    """A store of one application does not read by the session of another that is current."""
    other, db = start(SQLALCHEMY_DATABASE_URI="sqlite:///other.db")
    library.add(library.Book(title="a"))
    with other.app_context():
        db.session.execute(sa.text("SELECT 1"))
        assert titles(library) == ["a"]


def test_read_needs_no_context(library: Any) -> None:
    """A store can be read by a thread that has no application context."""
    library.add(library.Book(title="a"))
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(titles(library))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [["a"]] * 4


def test_stream_gives_its_connection_back(library: Any) -> None:
    """A stream that is exhausted, closed early or forgotten leaves no connection behind."""
    library.add(*(library.Book(title=f"t{i:04}") for i in range(2000)))
    store = library.store("Book")
    engines = [reader_of(library), *Database.of(library.app).engines(library.app).values()]

    def used() -> int:
        return sum(engine.pool.checkedout() for engine in engines)

    with library.app.app_context():
        stream = store.stream(QUERY, EVERYTHING)
        assert used() == 0
    assert next(stream) == ("t0000",)
    assert used() == 1
    assert len(list(stream)) == 1999
    assert used() == 0
    stream = store.stream(QUERY, EVERYTHING)
    next(stream)
    stream.close()
    assert used() == 0
    stream = store.stream(QUERY, EVERYTHING)
    next(stream)
    del stream
    gc.collect()
    assert used() == 0
    assert len(titles(library)) == 50


def test_stream_refuses_before_its_first_row(library: Any) -> None:
    """A path that there is not is refused when the stream is asked for, not when it is read."""
    with pytest.raises(LookupError):
        library.store("Book").stream(Query(fields=("nothing",)), EVERYTHING)


def test_reader_follows_settings(start: Start) -> None:
    """The pool of readers has its own size; without one, reads share the other engine's."""
    app, _ = start(DB_READER_POOL_SIZE=2, DB_READER_POOL_OVERFLOW=1)
    state = Database.of(app)
    pool: Any = state.readers.find(None).pool
    assert (pool.size(), pool._max_overflow) == (2, 1)
    assert state.readers.capacity(state.engines(app)[None]) == 3
    for config in (
        {"DB_READER_POOL_SIZE": 0},
        {"SQLALCHEMY_DATABASE_URI": "sqlite://"},
        {"SQLALCHEMY_ENGINE_OPTIONS": {"connect_args": {"isolation_level": None}}},
        {"SQLALCHEMY_ENGINE_OPTIONS": {"poolclass": sa.StaticPool}},
    ):
        app, _ = start(**config)
        assert Database.of(app).readers.find(None) is None


def test_reader_hears_what_the_engine_hears(start: Start) -> None:
    """Listeners of the engine and of its pool hear of reads; disposing of it closes the reader."""
    app, db = start()

    class Thing(db.Model):  # type: ignore[name-defined,misc]
        id: Mapped[int] = mapped_column(primary_key=True)

    connected: list[Any] = []
    with app.app_context():
        engine = db.engine
        db.create_all()
    sa.event.listen(engine, "connect", lambda *each: connected.append(each[0]))
    engine.dispose()
    store = store_for(app, Thing)
    sent: list[str] = []
    assert store.page(Query(fields=()), EVERYTHING).keys == []
    sa.event.listen(engine, "before_cursor_execute", lambda *each: sent.append(each[2]))
    assert store.page(Query(fields=()), EVERYTHING).keys == []
    reader: Any = Database.of(app).readers.find(None)
    assert len(connected) == 1
    assert len(sent) == 1
    assert reader.pool.checkedin() == 1
    engine.dispose()
    assert reader.pool.checkedin() == 0


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_reader_leaves_the_parents_connections(library: Any) -> None:
    """A forked process reads by connections of its own."""
    library.add(library.Book(title="a"))
    assert titles(library) == ["a"]
    readable, writable = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.write(writable, str(titles(library) == ["a"]).encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    os.close(writable)
    assert os.read(readable, 10) == b"True"
    os.close(readable)
    assert titles(library) == ["a"]


@pytest.mark.services
def test_dead_connection_is_replaced(library: Any) -> None:
    """A read that meets a connection which the server has cut is sent again, once."""
    if library.database == "sqlite":
        return
    library.add(library.Book(title="a"))
    assert titles(library) == ["a"]
    with library.app.app_context():
        cut_connections(library.db.engine.url)
    assert titles(library) == ["a"]
    store = library.store("Book")
    assert store.row(1, ("title",), EVERYTHING) == ("a",)


class TimeLimit(Exception):
    """What a queue's worker raises in the middle of a job that takes too long."""


@pytest.mark.services
def test_connection_that_was_left_in_an_answer_is_closed(library: Any) -> None:
    """A signal's exception in mid-read is its own business: the next read has a connection."""
    if library.database != "postgresql":
        return

    def stop(number: int, frame: Any) -> None:
        raise TimeLimit

    library.add(library.Book(title="a"))
    assert titles(library) == ["a"]
    before = signal.signal(signal.SIGALRM, stop)
    try:
        with reader_of(library).connect() as connection:
            signal.setitimer(signal.ITIMER_REAL, 0.1)
            with pytest.raises(TimeLimit):
                connection.execute(sa.text("SELECT pg_sleep(30)"))
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert titles(library) == ["a"]


def test_check_counts_both_pools(start: Start) -> None:
    """``check --deploy`` warns where both pools together are more than a server allows."""
    address = "postgresql+psycopg://me:secret@127.0.0.1:1/none"
    for more, expected in ((80, 0), (81, 1)):
        app, db = start(SQLALCHEMY_DATABASE_URI=address, DB_READER_POOL_OVERFLOW=more)
        found = [each for each in db.extension.checks(app) if each.id == "db.connections"]
        assert len(found) == expected
    assert "15 connections to the database for transactions and 86 for reads" in found[0].message
