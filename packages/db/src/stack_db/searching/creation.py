"""Search indexes for those who make their tables by ``create_all()``."""

from __future__ import annotations

from typing import Any

from sqlalchemy import MetaData, Table, event
from sqlalchemy.engine import Connection


def watch(metadata: MetaData) -> None:
    """Make and remove the indexes along with the tables of these metadata."""
    if not event.contains(metadata, "after_create", _create):
        event.listen(metadata, "after_create", _create)
        event.listen(metadata, "before_drop", _drop)


def _create(metadata: MetaData, connection: Connection, **given: Any) -> None:
    tables = given.get("tables") or ()
    if not any(column.info.get("searchable") for table in tables for column in table.columns):
        return
    from .index import find_index
    from .operation import make_index

    for table in tables:
        index = find_index(table) if table.schema is None else None
        if index is not None:
            make_index(connection, index)


def _drop(metadata: MetaData, connection: Connection, **given: Any) -> None:
    tables: list[Table] = [
        table
        for table in given.get("tables") or ()
        if any(column.info.get("searchable") for column in table.columns)
    ]
    if not tables:
        return
    from .index import find_index
    from .server import find_server, plain

    server = find_server(connection.dialect.name)
    for table in tables:
        index = find_index(table) if table.schema is None else None
        if index is not None and server is not None:
            for statement in server.drop(index):
                connection.execute(plain(statement))
