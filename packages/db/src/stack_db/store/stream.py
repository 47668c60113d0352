"""Every row of a query, one by one, without having all of them in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from sqlalchemy.engine import Connection

from .connections import Connections
from .layout import Getter

AT_ONCE = 500
"""How many rows are in memory at the same time."""


def open_stream(
    connections: Connections, statement: Any, values: Mapping[str, Any], row: Getter
) -> Iterator[tuple[Any, ...]]:
    """Yield every row of a statement; the connection is taken at the first one.

    It is given back when the rows are exhausted, or when the iterator is
    closed, which a server does when its client has gone. One that shares the
    caller's transaction has all of its rows in memory on MariaDB.
    """
    pending = connections.find_pending()
    if pending is not None:
        # MariaDB's drivers drop what was not read yet when the connection is asked something else.
        at_once = pending.dialect.name in ("mysql", "mariadb")
        yield from _rows(pending, statement, values, row, at_once=at_once)
        return
    with connections.stream_engine().connect() as own:
        ended = False
        try:
            yield from _rows(own, statement, values, row)
            ended = True
        finally:
            if not ended and own.dialect.name in ("mysql", "mariadb"):
                # Its drivers would first read all that the server still has to send.
                own.invalidate()


def _rows(
    connection: Connection,
    statement: Any,
    values: Mapping[str, Any],
    row: Getter,
    *,
    at_once: bool = False,
) -> Iterator[tuple[Any, ...]]:
    options: dict[str, Any] = {} if at_once else {"stream_results": True, "yield_per": AT_ONCE}
    with connection.execute(statement, values, execution_options=options) as result:
        for some in result.partitions(AT_ONCE):
            yield from map(row, some)
