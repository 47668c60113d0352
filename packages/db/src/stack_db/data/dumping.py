"""Writing the rows of a database into a file."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import IO, Any

import msgspec
from sqlalchemy import ColumnClause, Table, column, func, inspect, select, table
from sqlalchemy.engine import Connection, Engine

from .order import Filling
from .value import writer

FORMAT = 1
CHUNK = 1000
"""How many rows are in memory at once."""

Progress = Callable[[int], object]


class Head(msgspec.Struct, forbid_unknown_fields=True):
    """The first line of a dump.

    :param revisions: of the migrations that its database had; empty where it had none.
    :param tables: their numbers of rows.
    """

    stack_db_dump: int
    made_at: str
    revisions: list[str]
    tables: dict[str, int]


class Mark(msgspec.Struct, forbid_unknown_fields=True, omit_defaults=True):
    """The line before the rows of a table, each a list in the order of the columns; and the last.

    :param end: how many rows the file has: without this line it is not whole.
    """

    table: str = ""
    columns: list[str] = []
    end: int | None = None


def revisions(connection: Connection) -> list[str]:
    """Return the revisions that a database is at; Alembic is not needed to know."""
    if not inspect(connection).has_table("alembic_version"):
        return []
    version: ColumnClause[str] = column("version_num")
    return sorted(connection.scalars(select(version).select_from(table("alembic_version"))))


class Dump:
    """The rows of some tables, as they were in one moment.

    :param connection: in the transaction that sees that moment: :func:`snapshot` opens one.
    """

    def __init__(self, connection: Connection, fillings: Sequence[Filling]) -> None:
        self._connection = connection
        self._fillings = fillings
        self.head = Head(
            FORMAT,
            datetime.now(UTC).isoformat(timespec="seconds"),
            revisions(connection),
            {str(filling.table.fullname): self._count(filling.table) for filling in fillings},
        )

    @property
    def rows(self) -> int:
        """How many rows there are."""
        return sum(self.head.tables.values())

    def write(self, file: IO[bytes], progress: Progress) -> None:
        """Write everything.

        :param progress: called with how many rows were written since the last call.
        """
        encode = msgspec.json.Encoder().encode
        file.write(encode(self.head) + b"\n")
        for filling in self._fillings:
            names = [str(each.name) for each in filling.columns]
            file.write(encode(Mark(str(filling.table.fullname), names)) + b"\n")
            for rows in self._read(filling):
                file.write(b"".join(encode(row) + b"\n" for row in rows))
                progress(len(rows))
        file.write(encode(Mark(end=self.rows)) + b"\n")

    def _count(self, table: Table) -> int:
        return self._connection.scalar(select(func.count()).select_from(table)) or 0

    def _read(self, filling: Filling) -> Iterator[list[list[Any]]]:
        """Yield the rows in the order of their key, a bounded number at a time."""
        statement = select(*filling.columns).order_by(*filling.table.primary_key.columns)
        writers = [writer(each) for each in filling.columns]
        result = self._connection.execution_options(yield_per=CHUNK).execute(statement)
        for rows in result.partitions():
            yield [
                [
                    value if write is None else write(value)
                    for write, value in zip(writers, row, strict=True)
                ]
                for row in rows
            ]


def missing(connection: Connection, tables: Iterable[Table]) -> str:
    """Return a table that the database does not have, or nothing."""
    found = inspect(connection)
    for each in tables:
        if not found.has_table(each.name, schema=each.schema):
            return each.fullname
    return ""


def snapshot(engine: Engine) -> Connection:
    """Return a new connection whose transaction sees one moment of the database."""
    connection = engine.connect()
    if engine.dialect.name != "sqlite":
        connection = connection.execution_options(isolation_level="REPEATABLE READ")
    return connection
