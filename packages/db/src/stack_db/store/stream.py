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
    closed, which a server does when its client has gone.
    """
    pending = connections.find_pending()
    if pending is not None:
        yield from _rows(pending, statement, values, row)
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
    connection: Connection, statement: Any, values: Mapping[str, Any], row: Getter
) -> Iterator[tuple[Any, ...]]:
    options = {"stream_results": True, "yield_per": AT_ONCE}
    with connection.execute(statement, values, execution_options=options) as result:
        for some in result.partitions():
            yield from map(row, some)
