"""Finding out that a pooled connection is dead before a statement is sent on it."""

from __future__ import annotations

import select
from collections.abc import Callable
from time import monotonic
from typing import Any, TypeVar

from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry

T = TypeVar("T")

IDLE_SINCE = "stack_idle_since"
"""Where a pooled connection keeps the moment at which it was returned."""
_POLL = "stack_poll"
_ACTIVE = 1
"""libpq's word for a connection that has been asked something and not answered all of it."""


def ping_idle_connections(engine: Engine, after: float) -> None:
    """Test a connection before its use when there is reason to.

    One reason is that it was idle for longer than ``after`` seconds. The other
    is that something was sent to it meanwhile: of an idle connection that is
    the end, or a notice of the server. That costs a microsecond and no message,
    so connections that are in steady use are looked at too.

    One that comes back while an answer to it is still on its way is closed: an
    exception that a signal raised, such as a job's time limit, left it there,
    and a pool that resets nothing would give it to the next read.

    A dead one takes the whole pool with it: what cut one connection, such as a
    restart of the server, cut the others too.
    """
    dialect = engine.dialect

    def returned(connection: Any, record: ConnectionPoolEntry) -> None:
        if _is_busy(connection):
            record.invalidate()
        else:
            record.info[IDLE_SINCE] = monotonic()

    def taken(connection: Any, record: ConnectionPoolEntry, proxy: Any) -> None:
        since = record.info.pop(IDLE_SINCE, None)
        if since is None:
            return
        if monotonic() - since < after and not _was_sent_something(connection, record):
            return
        try:
            alive = dialect.do_ping(connection)
        except dialect.loaded_dbapi.Error as error:
            raise InvalidatePoolError() from error
        if not alive:
            raise InvalidatePoolError()

    event.listen(engine, "checkin", returned)
    event.listen(engine, "checkout", taken)


def read_again(engine: Engine, read: Callable[[Connection], T]) -> T:
    """Read on a connection of an engine, and once more if it dies of that.

    For an engine in ``AUTOCOMMIT``, where nothing came before the read that would
    be lost. What ``read`` does must change nothing: whether the server did it
    before its connection was cut is not known.

    :param read: sends its statements and takes their rows.
    """
    try:
        with engine.connect() as connection:
            return read(connection)
    except DBAPIError as error:
        # A connection that could not be made was tried a moment ago; the others are gone.
        if not error.connection_invalidated:
            raise
    with engine.connect() as connection:
        return read(connection)


def _was_sent_something(connection: Any, record: ConnectionPoolEntry) -> bool:
    """Tell whether there is something to read from a connection that nobody has asked."""
    poll = record.info.get(_POLL)
    if poll is None:
        poll = record.info[_POLL] = _make_poll(connection)
    return bool(poll.poll(0))


def _make_poll(connection: Any) -> Any:
    number = _find_socket(connection)
    if number is None or not hasattr(select, "poll"):
        return _Silent()
    poll = select.poll()
    poll.register(number, select.POLLIN)
    return poll


def _find_socket(connection: Any) -> int | None:
    """Return the number of a connection's socket, or None where the driver hides it."""
    # psycopg and psycopg2 say it; PyMySQL and pg8000 keep the socket itself.
    for holder in (
        connection,
        getattr(connection, "_sock", None),
        getattr(connection, "_usock", None),
    ):
        ask = getattr(holder, "fileno", None)
        if callable(ask):
            try:
                number = ask()
            except Exception:
                continue
            if isinstance(number, int) and number >= 0:
                return number
    return None


def _is_busy(connection: Any) -> bool:
    """Tell whether an answer is still on its way; only psycopg says so."""
    raw = getattr(connection, "pgconn", None)
    return raw is not None and raw.transaction_status == _ACTIVE


class _Silent:
    """What is asked where there is no socket to look at."""

    def poll(self, timeout: int) -> tuple[()]:
        return ()
