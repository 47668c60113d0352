"""Filling a database from a file of dumped rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import JSON, Column, Table, bindparam, delete, exists, func, insert, select, update
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DataError, IntegrityError
from sqlalchemy.sql.dml import Insert, Update

from .dumping import Progress, revisions
from .order import Filling, match_columns
from .source import LoadError, Source
from .value import Convert, reader

Rows = list[dict[str, Any]]


class Load:
    """Fills tables, in the transaction of a connection.

    :param fillings: the tables that the application has, in their order.
    """

    def __init__(
        self, connection: Connection, fillings: Sequence[Filling], source: Source
    ) -> None:
        self._connection = connection
        self._fillings = {filling.table.fullname: filling for filling in fillings}
        self._order = list(fillings)
        self._source = source
        self._place = ""

    def check(self) -> None:
        """Check that the file is of this application's very schema.

        :raises LoadError: it is of another one.
        """
        head, here = self._source.head, revisions(self._connection)
        if head.revisions and here and head.revisions != here:
            raise LoadError(
                f"The file was dumped at the revision {', '.join(head.revisions)}, and this"
                f" database is at {', '.join(here)}. Bring both to the same revision first."
            )
        for name in head.tables:
            if name not in self._fillings:
                raise LoadError(
                    f"The file has a table '{name}', which this application does not have."
                    " Load it into the application that it was dumped from."
                )

    def find_filled(self) -> str:
        """Return a table that has rows already, or nothing."""
        for filling in self._order:
            if self._connection.scalar(select(exists(select(filling.table)))):
                return filling.table.fullname
        return ""

    def clear(self) -> None:
        """Delete every row of every table."""
        for filling in reversed(self._order):
            if filling.later:
                nothing = dict.fromkeys(_nullable(filling), None)
                self._connection.execute(update(filling.table).values(nothing))
        for filling in reversed(self._order):
            self._connection.execute(delete(filling.table))

    def run(self, progress: Progress) -> int:
        """Insert all rows, and return how many.

        :param progress: called with how many rows were inserted since the last call.
        :raises LoadError: the file is damaged, or has another shape than the tables.
        """
        count = 0
        for table, rows in self._read():
            self._send(_insert(table), self._without_links(table, rows))
            count += len(rows)
            progress(len(rows))
        if any(_nullable(filling) for filling in self._order):
            for table, rows in self._read():
                self._link(table, rows)
        for filling in self._order:
            _continue_numbers(self._connection, filling.table)
        return count

    def _read(self) -> Iterator[tuple[Table, Rows]]:
        known: tuple[str, list[str]] = ("", [])
        readers: list[Convert | None] = []
        for batch in self._source.batches():
            filling = self._fillings.get(batch.table)
            if filling is None:
                raise LoadError(f"The file has a table '{batch.table}' that its head lacks.")
            if known != (batch.table, batch.columns):
                columns, said = match_columns(filling, batch.columns)
                if said:
                    raise LoadError(f"{said}. Load it where the models are the same.")
                readers = [reader(columns[name]) for name in batch.columns]
                known = (batch.table, batch.columns)
            first = batch.last - len(batch.rows) + 1
            self._place = f"'{batch.table}', lines {first:,} to {batch.last:,}"
            yield filling.table, [_convert(batch.columns, readers, row) for row in batch.rows]

    def _without_links(self, table: Table, rows: Rows) -> Rows:
        later = _nullable(self._fillings[table.fullname])
        return [row | dict.fromkeys(later, None) for row in rows] if later else rows

    def _link(self, table: Table, rows: Rows) -> None:
        """Write what points to rows that were not there yet when the row was inserted."""
        later = _nullable(self._fillings[table.fullname])
        found = [row for row in rows if any(row.get(name) is not None for name in later)]
        if not found:
            return
        key = [column.name for column in table.primary_key.columns]
        statement = (
            update(table)
            .where(*(table.c[name] == bindparam(f"key_{name}") for name in key))
            .values({name: bindparam(f"new_{name}") for name in later})
        )
        values = [
            {f"key_{name}": row[name] for name in key}
            | {f"new_{name}": row.get(name) for name in later}
            for row in found
        ]
        self._send(statement, values)

    def _send(self, statement: Insert | Update, rows: Rows) -> None:
        try:
            self._connection.execute(statement, rows)
        except (IntegrityError, DataError) as error:
            said = " ".join(str(error.orig).split())
            raise LoadError(
                f"The database refused a row of {self._place} of the file: {said}."
            ) from error


def _nullable(filling: Filling) -> list[str]:
    """Return the columns that are filled afterwards; those that may not be empty cannot be."""
    keyed = filling.table.primary_key.columns
    return [
        name
        for name in sorted(filling.later)
        if len(keyed) and filling.table.c[name].nullable and name not in keyed
    ]


def _convert(
    names: Sequence[str], readers: Sequence[Convert | None], row: Sequence[Any]
) -> dict[str, Any]:
    try:
        return {
            name: value if value is None or read is None else read(value)
            for name, read, value in zip(names, readers, row, strict=True)
        }
    except (ValueError, KeyError, TypeError, ArithmeticError):
        raise LoadError(
            f"A row of '{names[0]}', … cannot be read: {row!r:.200}. Dump it again."
        ) from None


def _insert(table: Table) -> Insert:
    """Return the statement for rows; a missing JSON value is no value, not the JSON ``null``."""
    special: Mapping[str, Any] = {
        column.name: bindparam(column.name, type_=JSON(none_as_null=True))
        for column in table.columns
        if isinstance(column.type, JSON) and column.nullable
    }
    return insert(table).values(special) if special else insert(table)


def _continue_numbers(connection: Connection, table: Table) -> None:
    """Let PostgreSQL's next number follow those that were loaded; others do it themselves."""
    column: Column[Any] | None = table.autoincrement_column
    if connection.dialect.name != "postgresql" or column is None:
        return
    name = connection.dialect.identifier_preparer.format_table(table)
    sequence = func.pg_get_serial_sequence(name, column.name)
    greatest = select(func.max(column)).scalar_subquery()
    following = func.setval(sequence, func.coalesce(greatest, 1), greatest.is_not(None))
    connection.execute(select(following).where(sequence.is_not(None)))
