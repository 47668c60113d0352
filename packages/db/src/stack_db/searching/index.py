"""What is to be indexed for a search, and by which names it goes in a database."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec
from sqlalchemy import Column, Enum, Integer, MetaData, String, Table
from sqlalchemy.types import TypeDecorator, TypeEngine

PREFIX = "db_search_"
"""Begins the name of everything that is made for a search."""
SHORTEST = 3
"""The fewest characters of a word that an index finds: it is of all pieces of that length."""


class SearchIndex(msgspec.Struct, frozen=True):
    """The index of one table's searchable columns.

    It knows every piece of three characters, so that it finds what ``contains``
    does: a word anywhere, not only where one begins.

    :param columns: those that are searched.
    :param key: the columns of the table's primary key.
    :param numbered: the key is one integer, which on SQLite is the number of the row.
    """

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    numbered: bool = False

    @property
    def name(self) -> str:
        """What it is called in the database."""
        return f"{PREFIX}{self.table}"

    @property
    def words(self) -> str:
        """The columns as they are noted beside it."""
        return ", ".join(self.columns)


def find_index(table: Table) -> SearchIndex | None:
    """Return the index that a table should have, or None if nothing in it is searchable."""
    columns = tuple(column.name for column in table.columns if is_searchable(column))
    if not columns or not table.primary_key.columns:
        return None
    key = list(table.primary_key.columns)
    numbered = len(key) == 1 and isinstance(key[0].type, Integer)
    return SearchIndex(table.name, columns, tuple(each.name for each in key), numbered)


def find_indexes(metadata: MetaData) -> Iterator[SearchIndex]:
    """Yield the indexes that the tables of a database should have."""
    for table in metadata.sorted_tables:
        if table.schema is None and (found := find_index(table)) is not None:
            yield found


def is_searchable(column: Column[object]) -> bool:
    """Tell whether a column is text that a search looks into."""
    return bool(column.info.get("searchable")) and is_text(column.type)


def is_text(type_: TypeEngine[object]) -> bool:
    """Tell whether a column's values are text."""
    kind = type_.impl_instance if isinstance(type_, TypeDecorator) else type_
    return isinstance(kind, String) and not isinstance(kind, Enum)


def is_ours(name: str | None) -> bool:
    """Tell whether a table or an index of a database was made for a search."""
    return name is not None and name.startswith(PREFIX)


def quote(name: str, mark: str = '"') -> str:
    """Return a name as it is written in SQL."""
    return f"{mark}{name.replace(mark, mark * 2)}{mark}"


def listing(names: Iterable[str], *, before: str = "", mark: str = '"') -> str:
    """Return names as they are listed in SQL, each behind a prefix."""
    return ", ".join(before + quote(name, mark) for name in names)


def literal(text: str) -> str:
    """Return text as it is written in SQL."""
    return "'" + text.replace("'", "''") + "'"


def read_words(text: str | None) -> tuple[str, ...]:
    """Return the columns that are noted beside an index."""
    return tuple(text.split(", ")) if text else ()
