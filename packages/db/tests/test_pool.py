"""The pool's defaults, the settings that change them, and idle connections."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import Engine, make_url
from sqlalchemy.pool import NullPool

from stack_core import SettingsError
from stack_db import Database, DatabaseSettings, liveness
from stack_db import engine as engines

Start = Callable[..., tuple[Flask, Database]]
INTERVALS = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
KEEPALIVE = INTERVALS | {"tcp_user_timeout": 10_000}


def pool_of(app: Flask) -> Any:
    """Return the pool of the application's default engine."""
    return Database.of(app).engines(app)[None].pool


def numbers(pool: Any) -> tuple[int, int, float, int]:
    """Return size, overflow, time-out and age limit of a pool."""
    return pool.size(), pool._max_overflow, pool.timeout(), pool._recycle


def test_pool_defaults(start: Start) -> None:
    """Five connections, ten more for a while, an error after three seconds."""
    assert numbers(pool_of(start()[0])) == (5, 10, 3, 7200)


@pytest.mark.parametrize(
    ("setting", "value", "expected"),
    [
        ("DB_POOL_SIZE", "2", (2, 10, 3, 7200)),
        ("DB_POOL_OVERFLOW", "0", (5, 0, 3, 7200)),
        ("DB_POOL_TIMEOUT", "1", (5, 10, 1, 7200)),
        ("DB_POOL_RECYCLE", "-1", (5, 10, 3, -1)),
    ],
)
def test_setting_changes_pool(
    start: Start, setting: str, value: str, expected: tuple[int, ...]
) -> None:
    """Each setting reaches the pool of the default database and of every bind."""
    app, _ = start(**{setting: value}, SQLALCHEMY_BINDS={"a": "sqlite:///a.db"})
    for engine in Database.of(app).engines(app).values():
        assert numbers(engine.pool) == expected


def test_own_options_win(start: Start) -> None:
    """Options of the configuration and of a bind win over the settings."""
    app, _ = start(
        DB_POOL_SIZE=3,
        SQLALCHEMY_ENGINE_OPTIONS={"pool_size": 7},
        SQLALCHEMY_BINDS={"a": {"url": "sqlite:///a.db", "pool_size": 8}},
    )
    made = Database.of(app).engines(app)
    assert (made[None].pool.size(), made["a"].pool.size()) == (7, 8)


def test_own_pool_class_gets_no_queue_options(start: Start) -> None:
    """A pool that is no queue is created without a queue's arguments."""
    app, _ = start(SQLALCHEMY_ENGINE_OPTIONS={"poolclass": NullPool})
    assert isinstance(pool_of(app), NullPool)


@pytest.mark.parametrize(
    ("setting", "value", "bound"),
    [
        ("DB_POOL_SIZE", 0, "at least 1"),
        ("DB_POOL_OVERFLOW", -1, "at least 0"),
        ("DB_POOL_TIMEOUT", "soon", "a whole number"),
        ("DB_POOL_RECYCLE", -2, "at least -1"),
        ("DB_PING_AFTER", -1, "at least 0"),
        ("DB_CONNECT_TIMEOUT", 0, "at least 1"),
        ("DB_PROBE_TIMEOUT", 0, "at least 0.1"),
        ("DB_RETRY_AFTER", 0, "at least 1"),
        ("DB_SQLITE_JOURNAL", "WALL", "one of 'wal'"),
        ("DB_SQLITE_BEGIN", "never", "one of 'request'"),
        ("DB_SQLITE_BUSY_TIMEOUT", 601, "at most 600"),
    ],
)
def test_setting_out_of_bounds_is_refused(
    start: Start, setting: str, value: object, bound: str
) -> None:
    """The error quotes the key and says what is allowed."""
    with pytest.raises(ValueError, match=bound) as caught:
        start(**{setting: value})
    assert setting in str(caught.value)


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("postgresql+psycopg://h/d", {"connect_timeout": 9} | KEEPALIVE),
        ("postgresql+psycopg2://h/d", {"connect_timeout": 9} | KEEPALIVE),
        ("postgresql+psycopg://h/d?tcp_user_timeout=1", {"connect_timeout": 9} | INTERVALS),
        ("mysql+pymysql://h/d", {"connect_timeout": 9, "read_timeout": 9, "write_timeout": 9}),
        ("mariadb+pymysql://h/d?connect_timeout=4&read_timeout=3", {"write_timeout": 9}),
        ("mysql+mysqldb://h/d", {"connect_timeout": 9}),
        ("postgresql+asyncpg://h/d", {}),
        ("sqlite:///a.db", {"timeout": 5.0}),
    ],
)
def test_connect_timeout(address: str, expected: dict[str, int]) -> None:
    """A server that is silent is given up, unless the address says otherwise."""
    options: dict[str, Any] = {}
    with engines.using(DatabaseSettings(connect_timeout=9)):
        engines.set_defaults(options, make_url(address), debug=False)
    assert options["connect_args"] == expected


@pytest.mark.parametrize(
    ("config", "debug", "hidden"),
    [
        ({}, False, True),
        ({}, True, False),
        ({"DB_HIDE_VALUES": "yes"}, True, True),
        ({"DB_HIDE_VALUES": "no"}, False, False),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": False}}, False, False),
    ],
)
def test_values_are_hidden_in_errors(
    make_app: Callable[..., Flask], config: dict[str, Any], debug: bool, hidden: bool
) -> None:
    """What a statement was given is in an error in debug only, or as set."""
    app = make_app(**config)
    app.debug = debug
    db = Database(app)
    with app.app_context(), pytest.raises(sa.exc.OperationalError) as caught:
        db.session.execute(sa.text("SELECT nowhere FROM t WHERE mail = :mail"), {"mail": "ada@x"})
    assert ("ada@x" not in str(caught.value)) is hidden


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """An engine of its own, without our listeners."""
    made = sa.create_engine(f"sqlite:///{tmp_path}/pool.db")
    yield made
    made.dispose()


def cut(engine: Engine) -> None:
    """Return a connection to the pool that is dead, as after a restart of the server."""
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection
    raw.close()


def test_idle_dead_connection_is_replaced(engine: Engine) -> None:
    """A connection that died while it was idle is not given to a request."""
    liveness.ping_idle_connections(engine, after=0)
    cut(engine)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT 1")).scalar() == 1


def test_dead_connection_takes_the_pool_with_it(engine: Engine) -> None:
    """What cut one connection cut the others: none of the old ones is used again."""
    liveness.ping_idle_connections(engine, after=0)
    seen: list[list[Any]] = []
    for _ in range(2):
        with engine.connect() as first, engine.connect() as second:
            seen.append([each.connection.dbapi_connection for each in (first, second)])
        # The one that went back first is the next to be taken.
        seen[0][1].close()
    assert not any(old is new for old in seen[0] for new in seen[1])


def test_busy_connection_is_not_pinged(engine: Engine) -> None:
    """A connection without a socket that was used a moment ago is used without a question."""
    liveness.ping_idle_connections(engine, after=60)
    cut(engine)
    with engine.connect() as connection, pytest.raises(sa.exc.ProgrammingError, match="closed"):
        connection.execute(sa.text("SELECT 1"))


@pytest.mark.parametrize(
    ("address", "options", "listens"),
    [
        ("postgresql://h/d", {}, True),
        ("postgresql://h/d", {"pool_pre_ping": True}, False),
        ("postgresql://h/d", {"pool_pre_ping": False}, False),
        ("sqlite:///test.db", {}, False),
    ],
)
def test_ping_is_for_servers(
    start: Start, address: str, options: dict[str, bool], listens: bool
) -> None:
    """A file needs no ping, and pool_pre_ping in the engine's options wins."""
    app, _ = start(SQLALCHEMY_DATABASE_URI=address, SQLALCHEMY_ENGINE_OPTIONS=options)
    ours = [f.__qualname__ for f in pool_of(app).dispatch.checkout]
    assert any("ping_idle_connections" in name for name in ours) is listens


FORK = """
import os, sys
from flask import Flask
from sqlalchemy import text
from stack_db import Database

app = Flask("forked", instance_path=sys.argv[1])
app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite:///fork.db"
db = Database(app)

def connection():
    with db.engine.connect() as used:
        used.execute(text("SELECT 1"))
        return used.connection.dbapi_connection

with app.app_context():
    parents = connection()
    child = os.fork()
    mine = connection()
    if child == 0:
        os._exit(0 if mine is not parents else 1)
    assert mine is parents
    sys.exit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


def test_forked_worker_opens_its_own_connections(tmp_path: Path) -> None:
    """A worker does not use the connection that its parent opened; the parent goes on."""
    subprocess.run([sys.executable, "-c", FORK, str(tmp_path)], check=True)


def test_silent_server_is_given_up(start: Start) -> None:
    """A server that accepts and then says nothing is an error after DB_CONNECT_TIMEOUT."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"postgresql://me@127.0.0.1:{silent.getsockname()[1]}/d"
        app, db = start(SQLALCHEMY_DATABASE_URI=address, DB_CONNECT_TIMEOUT=2)
        began = time.monotonic()
        with app.app_context(), pytest.raises(sa.exc.OperationalError, match="timeout"):
            db.session.execute(sa.text("SELECT 1"))
        assert time.monotonic() - began < 4.5


def test_wrong_option_is_two_sentences(start: Start) -> None:
    """The engine's own words end with one full stop, then comes what to do."""
    options = {"pool_size": 3}
    with pytest.raises(SettingsError, match=r"[^.]\. Correct the options\.$"):
        start(SQLALCHEMY_DATABASE_URI="sqlite://", SQLALCHEMY_ENGINE_OPTIONS=options)
