"""What a revision calls to make and to remove a search index."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy.engine import Connection

from .index import SearchIndex
from .server import find_server, plain

__all__ = ["create_search_index", "drop_search_index"]


def create_search_index(
    op: Any, table: str, columns: Sequence[str], *, key: Sequence[str], numbered: bool = False
) -> None:
    """Make the index of a table's searchable columns, on whichever database this is.

    A server that cannot have one is left without: a search reads the rows then.

    :param op: Alembic's operations.
    :param key: the columns of the table's primary key.
    :param numbered: the key is one integer.
    """
    _run(op, SearchIndex(table, tuple(columns), tuple(key), numbered), make=True)


def drop_search_index(
    op: Any, table: str, columns: Sequence[str], *, key: Sequence[str], numbered: bool = False
) -> None:
    """Remove the index of a table's searchable columns, if it is there."""
    _run(op, SearchIndex(table, tuple(columns), tuple(key), numbered), make=False)


def make_index(connection: Connection, index: SearchIndex) -> None:
    """Make an index where there may be one already, or the remains of one."""
    server = find_server(connection.dialect.name)
    if server is not None and server.can(connection):
        for statement in (*server.drop(index), *server.create(index)):
            connection.execute(plain(statement))


def _run(op: Any, index: SearchIndex, *, make: bool) -> None:
    context = op.get_context()
    server = find_server(context.dialect.name)
    if server is None or (context.connection is not None and not server.can(context.connection)):
        return
    for statement in server.create(index) if make else server.drop(index):
        op.execute(plain(statement))
