"""How long a statement may take, and how long a silent network is waited for."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from flask import has_request_context
from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, Engine
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

from .settings import DatabaseSettings

CONNECT_TIMEOUT = {
    "psycopg": "connect_timeout",
    "psycopg2": "connect_timeout",
    "pg8000": "timeout",
    "pymysql": "connect_timeout",
    "mysqldb": "connect_timeout",
    "mysqlconnector": "connection_timeout",
    "mariadbconnector": "connect_timeout",
}
"""What each driver calls the time-out of making a connection."""

_LIMIT = "stack_statement_limit"
_MARGIN = 5
"""Seconds by which the client waits longer than the server lets a statement run."""
_UNACKNOWLEDGED = 10
"""Seconds that sent bytes may stay unacknowledged; a server that is only busy acknowledges."""


class _Greeting(int):
    """The time-out that a greeting is waited for: our default, not what somebody has set."""


_chosen: ContextVar[float | None] = ContextVar("stack_db_time_limit")


@contextmanager
def time_limit(seconds: float | None) -> Iterator[None]:
    """Let statements take longer, or less long, than ``DB_STATEMENT_TIMEOUT``.

    It holds for connections that are taken from the pool within; a transaction
    that has begun before keeps the limit that it began with.

    :param seconds: None is no limit.
    :raises ValueError: it is no time.
    """
    if seconds is not None and not seconds > 0:
        raise ValueError(f"{seconds!r} is no time limit. Give seconds above 0, or None for none.")
    token = _chosen.set(seconds)
    try:
        yield
    finally:
        _chosen.reset(token)


def network_limits(url: URL, settings: DatabaseSettings) -> dict[str, Any]:
    """Return a driver's arguments for a server that is slow to accept, or silent.

    None of them ends a statement that is being worked on: a server that lives
    answers the keepalives of TCP.
    """
    if url.get_backend_name() == "sqlite":
        limits: dict[str, Any] = {"timeout": settings.sqlite_busy_timeout}
    else:
        limits = _server_limits(url.get_driver_name(), settings)
    return {name: value for name, value in limits.items() if name not in url.query}


def _server_limits(driver: str, settings: DatabaseSettings) -> dict[str, Any]:
    limits: dict[str, Any] = {}
    if driver in CONNECT_TIMEOUT:
        limits[CONNECT_TIMEOUT[driver]] = settings.connect_timeout
    if driver in {"psycopg", "psycopg2"}:
        limits |= {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
        limits["tcp_user_timeout"] = 1000 * max(_UNACKNOWLEDGED, settings.connect_timeout)
    elif driver == "pymysql":
        # It waits for the greeting of a server with this one, and otherwise for ever.
        # As soon as it is connected, limit_statements sets what holds from then on.
        limits["read_timeout"] = limits["write_timeout"] = _Greeting(settings.connect_timeout)
    return limits


def limit_statements(engine: Engine, seconds: float, options: Mapping[str, Any]) -> None:
    """Limit the time that a statement of a request may take.

    What runs outside of a request, such as a command or a migration, has no
    limit. A connection is told when it is used for the other purpose than
    before, so that in a server each is told once.

    :param seconds: 0 for no limit.
    :param options: the options that the engine was made from.
    """
    dialect = engine.dialect
    arguments = options.get("connect_args") or {}
    if "statement_timeout" in f"{engine.url.query} {arguments.get('options')}":
        return
    ours = isinstance(arguments.get("read_timeout"), _Greeting)
    network = _limit_network if ours else _leave

    def connected(connection: Any, record: ConnectionPoolEntry) -> None:
        network(connection, None)

    def taken(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
        wanted = _chosen.get(seconds) if has_request_context() else _chosen.get(None)
        wanted = wanted or None
        if record.info.get(_LIMIT) == wanted:
            return
        network(connection, wanted)
        _tell(dialect, connection, wanted)
        record.info[_LIMIT] = wanted

    event.listen(engine, "connect", connected)
    event.listen(engine, "checkout", taken)


def _tell(dialect: Dialect, connection: Any, seconds: float | None) -> None:
    """Set the limit of a connection, None being the server's own."""
    cursor = connection.cursor()
    transactional = dialect.name == "postgresql"
    before = getattr(connection, "autocommit", None)
    if transactional:
        # In a transaction it would be undone with it.
        connection.autocommit = True
    try:
        cursor.execute(_write(dialect, seconds))
    except dialect.loaded_dbapi.Error as error:
        if dialect.is_disconnect(error, connection, cursor):
            raise InvalidatePoolError() from error
        logging.getLogger(__name__).warning(
            "The database takes no limit of a statement's time: %s. Set DB_STATEMENT_TIMEOUT"
            " to 0, and limit it in the database.",
            " ".join(str(error).split()),
        )
    finally:
        cursor.close()
        if transactional and not connection.closed:
            connection.autocommit = before


def _write(dialect: Any, seconds: float | None) -> str:
    if dialect.name == "postgresql":
        value = "DEFAULT" if seconds is None else str(max(1, round(seconds * 1000)))
        return f"SET SESSION statement_timeout TO {value}"
    if getattr(dialect, "is_mariadb", False):
        return f"SET SESSION max_statement_time = {'DEFAULT' if seconds is None else seconds}"
    value = "DEFAULT" if seconds is None else str(max(1, round(seconds * 1000)))
    return f"SET SESSION max_execution_time = {value}"


def _limit_network(connection: Any, seconds: float | None) -> None:
    """Let PyMySQL wait for an answer as long as the server may work on it, and no longer."""
    # It has no public way, and no other driver has these.
    if hasattr(connection, "_read_timeout"):
        limit = None if seconds is None else seconds + _MARGIN
        connection._read_timeout = connection._write_timeout = limit


def _leave(connection: Any, seconds: float | None) -> None:
    """Keep what the application has said."""
