"""A keep in a database when something is wrong with the database or the clock."""

from __future__ import annotations

import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine

from databases import cut_connections, new_database
from services import DATABASES, find_url
from stack_core.keep import KeepUnavailable
from stack_db import DatabaseSettings, address
from stack_db.keep import TableKeep
from stack_db.keep_fault import is_passing
from stack_db.tables import keep_table

from .conftest import SERVERS

TABLE = keep_table(sa.MetaData())


@pytest.fixture
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """A database of the test's own; on a server without the table yet."""
    if request.param == "SQLite":
        engine = sa.create_engine(f"sqlite:///{tmp_path}/app.db")
        yield engine
        engine.dispose()
        return
    with new_database(request.param) as url:
        engine = sa.create_engine(url)
        yield engine
        engine.dispose()


@pytest.fixture
def keep(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> TableKeep:
    """A keep in that database, with its table, that purges when it is told and not by chance."""
    monkeypatch.setattr(random, "random", lambda: 1.0)
    keep = TableKeep(lambda: engine)
    if engine.dialect.name != "sqlite":
        TABLE.create(engine)
    keep.get("t:warm")
    return keep


anywhere = pytest.mark.parametrize("engine", ["SQLite", *SERVERS], indirect=True)
on_file = pytest.mark.parametrize("engine", ["SQLite"], indirect=True)
on_servers = pytest.mark.parametrize("engine", SERVERS, indirect=True)


def calls(keep: TableKeep) -> list[Callable[[], object]]:
    return [
        lambda: keep.get("t:a"),
        lambda: keep.put("t:a", b"x", ttl=60),
        lambda: keep.add("t:a", b"x", ttl=60),
        lambda: keep.increment("t:b", ttl=60),
        lambda: keep.delete("t:a"),
    ]


def set_back(keep: TableKeep, seconds: float) -> None:
    """Set the clock back, to all appearances: what was put was put so much later."""
    with keep._engine.get().connect() as connection:
        later = {"begins_at": TABLE.c.begins_at + seconds, "ends_at": TABLE.c.ends_at + seconds}
        connection.execute(sa.update(TABLE).values(later))


@anywhere
def test_clock_that_is_set_back_makes_nothing_live_for_ever(keep: TableKeep) -> None:
    """What was put by a clock that was a day ahead has ended, for every call."""
    for name in ("get", "add", "put", "delete", "increment"):
        keep.put(f"t:{name}", b"7", ttl=600)
    set_back(keep, 86_400)
    assert keep.get("t:get") is None
    assert keep.delete("t:delete") is False
    assert keep.add("t:add", b"new", ttl=600) is True
    assert keep.add("t:add", b"newer", ttl=600) is False
    keep.put("t:put", b"new", ttl=600)
    assert keep.get("t:put") == b"new"
    assert keep.increment("t:increment", ttl=600) == (1, pytest.approx(600, abs=1))
    assert keep.increment("t:increment", ttl=600) == (2, pytest.approx(600, abs=1))
    assert keep.purge(100) == 2


@anywhere
def test_small_step_back_ends_nothing(keep: TableKeep) -> None:
    """A value lives a little longer then: of two who add, still one wins."""
    assert keep.add("t:a", b"x", ttl=600) is True
    set_back(keep, 30)
    assert keep.add("t:a", b"y", ttl=600) is False
    assert keep.increment("t:b", ttl=600).value == 1
    set_back(keep, 20)
    assert keep.increment("t:b", ttl=600).value == 2


@anywhere
def test_clock_that_is_set_forward_ends_values(keep: TableKeep) -> None:
    """They end early, and nothing is in the way afterwards."""
    assert keep.add("t:a", b"x", ttl=600) is True
    set_back(keep, -86_400)
    assert keep.get("t:a") is None
    assert keep.add("t:a", b"y", ttl=600) is True


@anywhere
def test_purge_goes_on_beyond_one_statement(keep: TableKeep, engine: Engine) -> None:
    """More than fit into one statement are removed in several, up to the limit."""
    rows = [
        {"key": f"{n:064}", "value": b"x", "number": None, "begins_at": 1.0, "ends_at": 2.0 + n}
        for n in range(1203)
    ]
    with keep._engine.get().connect() as connection:
        connection.execute(sa.insert(TABLE), rows)
    assert [keep.purge(limit) for limit in (1, 1101, 1000, 1000)] == [1, 1101, 101, 0]


@anywhere
def test_one_write_in_a_hundred_purges(keep: TableKeep, monkeypatch: pytest.MonkeyPatch) -> None:
    """What has ended goes although nobody sweeps, a hundred at a time."""
    for number in range(3):
        keep.put(f"t:{number}", b"x", ttl=0.001)
    time.sleep(0.05)
    monkeypatch.setattr(random, "random", lambda: 0.0)
    keep.increment("t:count", ttl=60)
    monkeypatch.setattr(random, "random", lambda: 1.0)
    with keep._engine.get().connect() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(TABLE)) == 1


@on_servers
def test_missing_table_is_said(engine: Engine) -> None:
    """The error says what to run, and nothing has ended yet."""
    keep = TableKeep(lambda: engine)
    for call in calls(keep):
        with pytest.raises(KeepUnavailable, match=r"has no table\. Run flask db upgrade\."):
            call()
    assert keep.purge(100) == 0


@pytest.mark.parametrize("service", DATABASES)
def test_server_that_is_away_is_said_quickly(service: str) -> None:
    """Every call raises the keep's error, without the password."""
    url = address.normalize(find_url(service)).set(port=1, password="hunter2")
    engine = sa.create_engine(url, connect_args={"connect_timeout": 2})
    keep = TableKeep(lambda: engine)
    started = time.monotonic()
    for call in [*calls(keep), lambda: keep.purge(1)]:
        with pytest.raises(KeepUnavailable, match=r"cannot be used .*'STACK_KEEP'") as caught:
            call()
        assert "hunter2" not in str(caught.value)
    assert time.monotonic() - started < 5
    engine.dispose()


@on_servers
def test_reading_survives_a_dead_connection(keep: TableKeep, engine: Engine) -> None:
    """It is repeated once: it has changed nothing."""
    keep.put("t:a", b"x", ttl=60)
    cut_connections(engine.url)
    assert keep.get("t:a") == b"x"


@on_servers
def test_counting_on_a_dead_connection_is_not_repeated(keep: TableKeep, engine: Engine) -> None:
    """It fails once, as it may have taken effect; then the keep has healed."""
    keep.increment("t:a", ttl=60)
    cut_connections(engine.url)
    with pytest.raises(KeepUnavailable, match="cannot be used"):
        keep.increment("t:a", ttl=60)
    assert keep.increment("t:a", ttl=60).value == 2


@on_servers
def test_deadlock_is_repeated(keep: TableKeep, engine: Engine) -> None:
    """The keep is undone in favour of the other, does it again, and nobody hears of it."""
    seen: list[bool] = []
    own = keep._engine.get()
    sa.event.listen(own, "handle_error", lambda context: seen.append(True))
    for number in range(20):
        keep.put(f"t:{number}", b"x", ttl=0.001)
    time.sleep(0.05)
    with engine.begin() as other:
        names = sorted(other.scalars(sa.select(TABLE.c.key)))
        # MariaDB gives up the one that has changed less.
        other.execute(
            sa.insert(TABLE),
            [
                {"key": f"x{n}", "value": b"x", "begins_at": 1.0, "ends_at": 9e9}
                for n in range(100)
            ],
        )
        lock = sa.select(TABLE.c.key).with_for_update()
        other.execute(lock.where(TABLE.c.key == names[-1])).all()
        purging = threading.Thread(target=lambda: seen.append(keep.purge(20) == 20))
        purging.start()
        time.sleep(0.3)
        other.execute(lock.where(TABLE.c.key.in_(names[:-1]))).all()
    purging.join(20)
    assert seen == [True, True]


def test_only_what_was_undone_is_repeated() -> None:
    """A dead connection is no deadlock."""
    lost = sa.exc.OperationalError("", {}, sqlite3.OperationalError("disk I/O error"))
    assert not is_passing(lost)


@on_servers
def test_counter_is_not_undone_with_its_transaction(keep: TableKeep, engine: Engine) -> None:
    """The keep's connections are its own, also where the table is in the same database."""
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TEMPORARY TABLE t (x int)"))
        connection.execute(sa.text("INSERT INTO t VALUES (1)"))
        assert keep.increment("t:a", ttl=60).value == 1
        connection.rollback()
    assert keep.get("t:a") == b"1"


@on_servers
def test_used_up_pool_does_not_hold_up_the_keep(engine: Engine) -> None:
    """Requests that have taken all connections can still count."""
    TABLE.create(engine)
    small = sa.create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0)
    keep = TableKeep(lambda: small)
    with small.connect():
        assert keep.increment("t:a", ttl=60).value == 1
    small.dispose()


@on_file
def test_file_that_was_removed_is_made_anew(keep: TableKeep, engine: Engine) -> None:
    """Who deletes the file to be rid of all limits does not break the application."""
    keep.put("t:a", b"x", ttl=60)
    engine.dispose()
    for file in Path(str(engine.url.database)).parent.glob("app-keep.db*"):
        file.unlink()
    assert keep.get("t:a") is None
    assert keep.increment("t:b", ttl=60).value == 1


@on_file
def test_file_that_is_no_database_is_said(engine: Engine) -> None:
    """It is an error of the keep that says where."""
    Path(str(engine.url.database)).with_name("app-keep.db").write_bytes(b"no database" * 1000)
    keep = TableKeep(lambda: engine)
    for call in calls(keep):
        with pytest.raises(KeepUnavailable, match=r"app-keep.db' cannot be used"):
            call()


@on_file
def test_file_that_is_locked_for_long_is_said(engine: Engine) -> None:
    """Somebody who holds the write lock beyond the busy time-out; reading goes on."""
    keep = TableKeep(lambda: engine, DatabaseSettings(sqlite_busy_timeout=0.1))
    keep.put("t:a", b"x", ttl=60)
    file = keep._engine.find_file()
    assert file is not None
    with closing(sqlite3.connect(file, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(KeepUnavailable, match="locked"):
            keep.increment("t:b", ttl=60)
        assert keep.get("t:a") == b"x"
        other.execute("ROLLBACK")
    assert keep.increment("t:b", ttl=60).value == 1


@on_file
def test_folder_that_is_missing_is_said(tmp_path: Path, engine: Engine) -> None:
    """As the database itself would say it."""
    nowhere = sa.create_engine(f"sqlite:///{tmp_path}/nowhere/app.db")
    with pytest.raises(KeepUnavailable, match="unable to open"):
        TableKeep(lambda: nowhere).get("t:a")


@anywhere
def test_disposing_of_the_database_closes_the_keep(keep: TableKeep, engine: Engine) -> None:
    """Its connections end with those of the database, and are opened again when needed."""
    keep.put("t:a", b"x", ttl=60)
    own = keep._engine.get()
    assert own.pool.checkedin() == 1
    engine.dispose()
    assert own.pool.checkedin() == 0
    assert keep.get("t:a") == b"x"
    assert keep._engine.get() is not own


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@anywhere
def test_forked_process_has_connections_of_its_own(keep: TableKeep) -> None:
    """Parent and child count on, exactly, and the child's end hurts nobody."""
    keep.increment("t:fork", ttl=60)
    child = os.fork()
    if not child:
        with suppress(BaseException):
            for _ in range(50):
                keep.increment("t:fork", ttl=60)
            keep.close()
        os._exit(0)
    for _ in range(50):
        keep.increment("t:fork", ttl=60)
    os.waitpid(child, 0)
    assert keep.increment("t:fork", ttl=60).value == 102


@on_file
def test_disposing_often_costs_nothing(keep: TableKeep, engine: Engine) -> None:
    """The keep listens to the database's engine once."""
    for _ in range(5):
        keep.put("t:a", b"x", ttl=60)
        engine.dispose()
    assert len(engine.dispatch.engine_disposed) == 1


@anywhere
def test_threads_share_one_engine(keep: TableKeep, engine: Engine) -> None:
    """Eight that need it first at the same moment make one."""
    engine.dispose()
    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(lambda _: id(keep._engine.get()), range(64)))) == 1
