"""Mending search indexes that a migration on SQLite has cut off from their tables."""

from __future__ import annotations

from sqlalchemy import Integer, inspect
from sqlalchemy.engine import Connection

from . import sqlite_index
from .index import SearchIndex
from .operation import make_index


def repair(connection: Connection) -> None:
    """Make the indexes again that are no longer kept in step.

    To change a table on SQLite, Alembic copies it, and the triggers go with
    the old one.
    """
    if connection.dialect.name != "sqlite" or not sqlite_index.can(connection):
        return
    for table in sqlite_index.tables(connection):
        if not sqlite_index.find(connection, table):
            index = reflect(connection, table, sqlite_index.columns(connection, table))
            if index is not None:
                make_index(connection, index)


def reflect(connection: Connection, table: str, columns: tuple[str, ...]) -> SearchIndex | None:
    """Return an index of these columns as it can be made now, or None if it cannot."""
    inspector = inspect(connection)
    if not inspector.has_table(table):
        return None
    types = {each["name"]: each["type"] for each in inspector.get_columns(table)}
    key = tuple(inspector.get_pk_constraint(table)["constrained_columns"])
    if not key or not set(columns) <= set(types):
        return None
    numbered = len(key) == 1 and isinstance(types[key[0]], Integer)
    return SearchIndex(table, columns, key, numbered)
