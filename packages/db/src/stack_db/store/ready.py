"""Reads that are made ready once: their text, and what converts values and rows.

SQLAlchemy finds all of that again for each execution, which for a row by its
key takes longer than the database does. Its events are not raised and nothing
is logged here, so where somebody listens it executes the statement itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Select
from sqlalchemy.engine import Connection, Dialect

DRIVERS = frozenset({"pysqlite", "psycopg", "pymysql"})
"""The drivers that want nothing but a text and its values."""


class ReadyReads:
    """The statements of one dialect that are read by again and again."""

    def __init__(self) -> None:
        self._seen: WeakKeyDictionary[Any, _Seen] = WeakKeyDictionary()

    def fetch(self, connection: Connection, statement: Any, values: Mapping[str, Any]) -> Any:
        """Return the rows of a statement, which may be plain tuples.

        :param connection: one in ``AUTOCOMMIT``.
        """
        seen = self._seen.get(statement)
        if seen is None:
            # Most of those that are asked once never are again.
            self._seen[statement] = _Seen()
        elif not (connection._echo or connection._has_events or connection.engine._has_events):
            read = seen.find(statement, connection.dialect)
            if read is not None:
                return read.fetch(connection, values)
        return connection.execute(statement, values).all()


class _Seen:
    """A statement that was asked before."""

    read: ReadyRead | None

    def find(self, statement: Any, dialect: Dialect) -> ReadyRead | None:
        try:
            return self.read
        except AttributeError:
            self.read = make_ready(statement, dialect)
            return self.read


def make_ready(statement: Any, dialect: Dialect) -> ReadyRead | None:
    """Return a statement ready to be read by, or None where only SQLAlchemy can execute it."""
    if dialect.driver not in DRIVERS or not isinstance(statement, Select):
        return None
    compiled: Any = statement.compile(dialect=dialect)
    # Such as a list whose length is known when it is executed.
    late = compiled.post_compile_params or compiled.literal_execute_params
    late = late or any(bind.callable for bind in compiled.binds.values())
    if late or compiled.escaped_bind_names:
        return None
    return ReadyRead(compiled, [column.type for column in statement.selected_columns])


class ReadyRead:
    """A statement with all that SQLAlchemy would find out to execute it.

    :param types: of its columns.
    """

    def __init__(self, compiled: Any, types: Sequence[Any]) -> None:
        self._dialect: Dialect = compiled.dialect
        self._text: str = compiled.string
        self._types = types
        process, binds = compiled._bind_processors, compiled.binds
        names = compiled.positiontup if compiled.positional else list(binds)
        self._positional: bool = compiled.positional
        self._binds = [(name, binds[name].value, process.get(name)) for name in names]
        self._processes: list[tuple[int, Callable[[Any], Any]]] | None = None

    def fetch(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows.

        :raises sqlalchemy.exc.SQLAlchemyError: whatever SQLAlchemy would raise.
        """
        try:
            bound = self._bind(values)
            cursor = connection.connection.cursor()
            try:
                cursor.execute(self._text, bound)
                rows = list(cursor.fetchall())
                if self._processes is None:
                    self._processes = self._find_processes(cursor.description)
            finally:
                cursor.close()
        except Exception as error:
            # It invalidates what is dead, tells who listens, and raises its own error.
            connection._handle_dbapi_exception(error, self._text, dict(values), None, None)
        return _convert(rows, self._processes)

    def _bind(self, values: Mapping[str, Any]) -> Any:
        if self._positional:
            return tuple(
                [
                    process(values.get(name, default)) if process else values.get(name, default)
                    for name, default, process in self._binds
                ]
            )
        return {
            name: process(values.get(name, default)) if process else values.get(name, default)
            for name, default, process in self._binds
        }

    def _find_processes(
        self, description: Sequence[Any]
    ) -> list[tuple[int, Callable[[Any], Any]]]:
        found = [
            column.dialect_impl(self._dialect).result_processor(self._dialect, said[1])
            for column, said in zip(self._types, description, strict=True)
        ]
        return [(index, process) for index, process in enumerate(found) if process is not None]


def _convert(rows: list[Any], processes: list[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    if not processes or not rows:
        return rows
    # By columns: a loop over rows in Python would take what was saved.
    columns: list[Any] = list(zip(*rows, strict=True))
    for index, process in processes:
        columns[index] = map(process, columns[index])
    return list(zip(*columns, strict=True))
