"""Statements that are made ready once: their text, and what converts values and rows.

SQLAlchemy finds all of that again for each execution, which for a row by its
key takes longer than the database does. Its events are not raised and nothing
is logged here, so where somebody listens it executes the statement itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NoReturn, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Select
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.default import DefaultDialect

T = TypeVar("T")
Converters = list[tuple[int, Callable[[Any], Any]]]

_DRIVERS = frozenset({"pysqlite", "psycopg", "pymysql"})
"""The drivers that want nothing but a text and its values."""


def is_plain(dialect: Dialect) -> bool:
    """Tell whether a dialect does no more to send a statement than to call its driver."""
    return dialect.driver in _DRIVERS and type(dialect).do_execute is DefaultDialect.do_execute


def needs_execution(connection: Connection) -> bool:
    """Tell whether SQLAlchemy has to execute what is sent on a connection.

    It does where somebody is told of it, and where the names of schemas are translated.
    """
    # That somebody has listened is remembered for ever, by the class of engines too.
    heard = connection._has_events or connection.engine._has_events
    return (
        connection._echo
        or (heard and _is_heard(connection))
        or "schema_translate_map" in connection._execution_options
        or (connection.dialect._has_events and _is_executed_otherwise(connection.dialect))
    )


def _is_heard(connection: Connection) -> bool:
    """Tell whether somebody listens to what is executed, and to what begins for it."""
    heard = connection.dispatch
    return bool(
        heard.before_cursor_execute
        or heard.after_cursor_execute
        or heard.before_execute
        or heard.after_execute
        or heard.begin
        or heard.commit
        or heard.rollback
    )


def _is_executed_otherwise(dialect: Dialect) -> bool:
    """Tell whether somebody hears of, or stands in for, the call of the driver."""
    heard = dialect.dispatch
    return bool(heard.do_execute or heard.do_execute_no_params)


class ReadyReads:
    """The statements of one dialect that are read by again and again."""

    def __init__(self) -> None:
        self._seen: WeakKeyDictionary[Any, _Seen] = WeakKeyDictionary()

    def fetch(
        self, connection: Connection, statement: Any, values: Mapping[str, Any]
    ) -> list[Any]:
        """Return the rows of a statement, which may be plain tuples.

        :param connection: one in ``AUTOCOMMIT``.
        """
        seen = self._seen.get(statement)
        if seen is None:
            # Most of those that are asked once never are again.
            self._seen[statement] = _Seen()
        elif not needs_execution(connection):
            read = seen.find(statement, connection.dialect)
            if read is not None:
                return read.fetch(connection, values)
        found: list[Any] = connection.execute(statement, values).all()  # type: ignore[assignment]
        return found


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
    if not is_plain(dialect) or not isinstance(statement, Select):
        return None
    compiled: Any = statement.compile(dialect=dialect)
    if not is_complete(compiled):
        return None
    return ReadyRead(compiled, [column.type for column in statement.selected_columns])


def is_complete(compiled: Any) -> bool:
    """Tell whether a text is what is sent.

    One with a list whose length is known when it is executed is not.
    """
    return not (
        compiled.post_compile_params
        or compiled.literal_execute_params
        or compiled.escaped_bind_names
        or any(bind.callable for bind in compiled.binds.values())
    )


class Ready:
    """A text with what makes its parameters of values, and values of what comes back.

    :param types: of the columns that come back.
    """

    def __init__(self, compiled: Any, types: Sequence[Any]) -> None:
        self._types = types
        self._converters: Converters | None = None
        self._dialect: Dialect = compiled.dialect
        self._text: str = compiled.string
        self._positional: bool = compiled.positional
        process, binds = compiled._bind_processors, compiled.binds
        names = compiled.positiontup if compiled.positional else list(binds)
        self._binds = [(name, binds[name].value, process.get(name)) for name in names]

    def send(
        self, connection: Connection, values: Mapping[str, Any], take: Callable[[Any], T]
    ) -> T:
        """Return what is taken from a cursor on which the statement was executed.

        :raises sqlalchemy.exc.SQLAlchemyError: whatever SQLAlchemy would raise.
        """
        try:
            bound = self._bind(values)
        except BaseException as error:
            self.fail(error, connection, values)
        try:
            cursor: Any = connection.connection.cursor()
            try:
                cursor.execute(self._text, bound)
                return take(cursor)
            finally:
                cursor.close()
        except self._dialect.loaded_dbapi.Error as error:
            self.fail(error, connection, values)
        except BaseException as error:
            # Without its statement it stays the error that it is.
            connection._handle_dbapi_exception(error, None, None, None, None)

    def fail(
        self, error: BaseException, connection: Connection, values: Mapping[str, Any]
    ) -> NoReturn:
        """Raise what SQLAlchemy makes of an error.

        It invalidates what is dead or was interrupted, and tells who listens.
        """
        connection._handle_dbapi_exception(error, self._text, dict(values), None, None)

    def learn(self, description: Sequence[Any]) -> Converters:
        """Return what makes values of what the driver returns, found out once.

        :param description: what the driver says of the columns.
        """
        if self._converters is None:
            found = [
                column.dialect_impl(self._dialect).result_processor(self._dialect, said[1])
                for column, said in zip(self._types, description, strict=True)
            ]
            self._converters = [each for each in enumerate(found) if each[1] is not None]
        return self._converters

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


class ReadyRead(Ready):
    """A statement that reads."""

    def fetch(self, connection: Connection, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows.

        :raises sqlalchemy.exc.SQLAlchemyError: whatever SQLAlchemy would raise.
        """
        rows, converters = self.send(connection, values, self._take)
        if not converters or not rows:
            return rows
        # What a type of the application's own raises is not the database's error.
        # By columns: a loop over rows in Python would take what was saved.
        columns: list[Any] = list(zip(*rows, strict=True))
        for index, convert in converters:
            columns[index] = map(convert, columns[index])
        return list(zip(*columns, strict=True))

    def _take(self, cursor: Any) -> tuple[list[Any], Converters]:
        converters = self.learn(cursor.description)
        return list(cursor.fetchall()), converters
