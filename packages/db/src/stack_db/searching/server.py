"""The module that makes search indexes on one kind of database."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Protocol, cast

from sqlalchemy import text
from sqlalchemy.engine import Connection
from sqlalchemy.sql.elements import TextClause

from .index import SearchIndex

_MODULES = {
    "sqlite": "sqlite_index",
    "postgresql": "postgresql_index",
    "mysql": "mariadb_index",
    "mariadb": "mariadb_index",
}


class Server(Protocol):
    """What such a module has."""

    def create(self, index: SearchIndex) -> Iterator[str]:
        """Yield the statements that make an index and fill it."""
        ...

    def drop(self, index: SearchIndex) -> Iterator[str]:
        """Yield the statements that remove an index, or what is left of it."""
        ...

    def can(self, connection: Connection) -> bool:
        """Tell whether the server has what an index needs."""
        ...

    def find(self, connection: Connection, table: str) -> tuple[str, ...]:
        """Return the columns of a table's index, or none if it cannot be used."""
        ...

    def columns(self, connection: Connection, table: str) -> tuple[str, ...]:
        """Return the columns of a table's index, whether or not it can be used."""
        ...

    def tables(self, connection: Connection) -> list[str]:
        """Return the tables that have an index, or what is left of one."""
        ...


def find_server(dialect: str) -> Server | None:
    """Return the module for a dialect, or None where a search reads the rows themselves."""
    name = _MODULES.get(dialect)
    return cast(Server, import_module(f".{name}", __package__)) if name else None


def plain(statement: str) -> TextClause:
    """Return a statement in which no sign has a meaning of its own."""
    return text(statement.replace(":", r"\:"))
