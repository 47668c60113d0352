"""The order in which tables are filled, so that what a row points to is there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.schema import ForeignKeyConstraint, sort_tables_and_constraints

from ..tables import KEEP


class Filling(msgspec.Struct, frozen=True):
    """How one table is filled.

    :param columns: that hold data; what the database computes is none.
    :param later: those that point to rows which are not there yet: they are
        filled when all rows are.
    """

    table: Table
    columns: tuple[Column[Any], ...]
    later: frozenset[str]


def order(tables: Iterable[Table]) -> list[Filling]:
    """Return the tables, each after those that it points to.

    The table of a keep is left out: what it holds ends by itself.
    """
    kept = [table for table in tables if table.name != KEEP]
    links: dict[Table, set[str]] = {}
    sorted_: list[Table] = []
    sort: Any = sort_tables_and_constraints  # it has no types
    for table, constraints in sort(kept):
        if table is not None:
            sorted_.append(table)
            continue
        for constraint in constraints:
            links.setdefault(constraint.table, set()).update(constraint.column_keys)
    for table in sorted_:
        for own in _own_links(table):
            links.setdefault(table, set()).update(own.column_keys)
    return [
        Filling(table, tuple(_data(table)), frozenset(links.get(table, ()))) for table in sorted_
    ]


def _own_links(table: Table) -> Iterator[ForeignKeyConstraint]:
    for constraint in table.foreign_key_constraints:
        if constraint.referred_table is table:
            yield constraint


def _data(table: Table) -> Iterator[Column[Any]]:
    for column in table.columns:
        if column.computed is None:
            yield column


def match_columns(filling: Filling, names: Sequence[str]) -> tuple[Mapping[str, Column[Any]], str]:
    """Return the columns of a dumped table, and what is wrong with them or nothing."""
    here = {column.name: column for column in filling.columns}
    strange = [name for name in names if name not in here]
    wanted = [
        name
        for name, column in here.items()
        if name not in names and not column.nullable and not _has_default(column)
    ]
    said = ""
    if strange:
        said = f"'{filling.table.name}' has no column '{strange[0]}' here"
    elif wanted:
        said = f"The file has nothing for '{filling.table.name}.{wanted[0]}'"
    return here, said


def _has_default(column: Column[Any]) -> bool:
    return (
        column.server_default is not None
        or column.default is not None
        or column is column.table.autoincrement_column
        or column.identity is not None
    )
