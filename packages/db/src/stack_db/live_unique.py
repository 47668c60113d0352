"""Values that are unique among the rows that are not deleted.

One index says it on every database, so that a migration can be written on one
and run on another. SQLite and PostgreSQL have partial indexes. MariaDB has
none: there the index spans a generated column that is empty once the row is
deleted, and empty values are never equal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Boolean, Column, Computed, Index, Table, UniqueConstraint
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import Mapper
from sqlalchemy.schema import SchemaItem

LIVE = "stack_live"
"""Under this name an index says, in its ``info``, which columns are unique."""
IS_LIVE = "is_live"
"""The generated column: true, and empty in a row that is deleted. It is no attribute."""

_MARK = "deleted_at"
_LONGEST_NAME = 63
# Written so that every database gives it back as it is, as Alembic compares it.
_EXPRESSION = f"NULLIF({_MARK} IS NULL, {_MARK} <> {_MARK})"


class LiveUnique(SchemaItem):
    """Say in ``__table_args__`` that columns together are unique among rows that are not deleted.

    ``__table_args__ = (LiveUnique("shop_id", "number"),)`` on a model that has
    :class:`~stack_db.mixins.SoftDelete`.

    :param columns: their names.
    :param name: of the index; otherwise it is made of the names.
    """

    __visit_name__ = "live_unique"

    def __init__(self, *columns: str, name: str = "") -> None:
        if not columns:
            raise TypeError("LiveUnique() names no column. Name those that are unique together.")
        self.columns = columns
        self.name = name

    def _set_parent(self, parent: Any, **kwargs: Any) -> None:
        """Wait on the table: its columns may not be there yet."""
        parent.info.setdefault(LIVE, []).append(self)


class StoredComputed(Computed):
    """A generated column that PostgreSQL stores, as it has no index on one that it does not.

    Elsewhere it is not stored: SQLite cannot add such a column to a table.
    """

    inherit_cache = True

    def _copy(self, **kwargs: Any) -> StoredComputed:
        """Stay what it is in a copy of the table, of which migrations are written."""
        return StoredComputed(self.sqltext)


@compiles(StoredComputed)
def _compile(element: Any, compiler: Any, **kwargs: Any) -> str:
    text: str = compiler.visit_computed_column(element, **kwargs)
    return text


@compiles(StoredComputed, "postgresql")
def _compile_stored(element: Any, compiler: Any, **kwargs: Any) -> str:
    text = compiler.sql_compiler.process(element.sqltext, include_table=False, literal_binds=True)
    return f"GENERATED ALWAYS AS ({text}) STORED"


def make_column() -> Column[Any]:
    """Return the generated column of a table; migrations call it."""
    return Column(IS_LIVE, Boolean(), StoredComputed(_EXPRESSION))


def make_live(mapper: Mapper[Any]) -> None:
    """Make what is unique in a class' table unique among the rows that are not deleted.

    :raises TypeError: a column is named that the table does not have.
    """
    table = mapper.local_table
    if not isinstance(table, Table) or _MARK not in table.columns:
        return
    for rule in [*_flagged(table), *table.info.pop(LIVE, ())]:
        for name in rule.columns:
            if name not in table.columns:
                raise TypeError(
                    f"LiveUnique names {name!r}, which is no column of {table.name!r}."
                    " Correct the name."
                )
        if IS_LIVE not in table.columns:
            # After the class was mapped, so that it is no attribute.
            table.append_column(make_column())
        _add_index(table, rule)


def _add_index(table: Table, rule: LiveUnique) -> None:
    columns = [table.columns[name] for name in rule.columns]
    name = rule.name or "_".join(("uq", table.name, *(each.name for each in columns), "live"))
    there = table.columns[_MARK].is_(None)
    Index(
        name[:_LONGEST_NAME],
        *columns,
        table.columns[IS_LIVE],
        unique=True,
        sqlite_where=there,
        postgresql_where=there,
        info={LIVE: tuple(each.name for each in columns)},
    )


def _flagged(table: Table) -> Iterator[LiveUnique]:
    """Yield what columns say with ``unique=True``, and take it off the table."""
    for column in table.columns:
        if not column.unique:
            continue
        for each in _find_flags(table, column):
            if isinstance(each, Index):
                table.indexes.discard(each)
            else:
                table.constraints.discard(each)
            yield LiveUnique(column.key)


def _find_flags(table: Table, column: Column[Any]) -> list[Index | UniqueConstraint]:
    return [
        each
        for each in (*table.constraints, *table.indexes)
        if isinstance(each, (UniqueConstraint, Index))
        and getattr(each, "_column_flag", False)
        and list(each.columns) == [column]
        and (not isinstance(each, Index) or each.unique)
    ]
