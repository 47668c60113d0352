"""Inserts of one row that are made ready once for all rows of the same columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.sql import schema

from .ready import Converters, Ready, is_complete, is_plain

_UNDESCRIBED = ((None, None),)
"""What a driver says of the key of the last row."""


class ReadyInsert(Ready):
    """An insert, and the defaults that it sends.

    :param defaults: by the names of their parameters.
    :param key: the type of the key that the database makes, or None.
    """

    def __init__(
        self, compiled: Any, defaults: list[tuple[str, Callable[[Any], Any]]], key: Any
    ) -> None:
        super().__init__(compiled, () if key is None else (key,))
        self._defaults = defaults
        self._lasting: bool = compiled.postfetch_lastrowid

    def insert(self, connection: Connection, values: dict[str, Any]) -> tuple[Any, dict[str, Any]]:
        """Insert a row; return the key that the database has made, and what was sent.

        :raises sqlalchemy.exc.SQLAlchemyError: whatever SQLAlchemy would raise.
        """
        sent = values
        if self._defaults:
            try:
                made = {name: default(None) for name, default in self._defaults}
            except BaseException as error:
                self.fail(error, connection, values)
            sent = {**values, **made}
        value, converters = self.send(connection, sent, self._take)
        for _, convert in converters:
            value = convert(value)
        return value, sent

    def _take(self, cursor: Any) -> tuple[Any, Converters]:
        if not self._types:
            return None, []
        if self._lasting:
            return cursor.lastrowid, self.learn(_UNDESCRIBED)
        (value,) = cursor.fetchone()
        return value, self.learn(cursor.description)


def make_insert(statement: Any, names: tuple[str, ...], dialect: Dialect) -> ReadyInsert | None:
    """Return an insert of some columns made ready, or None where SQLAlchemy has to execute it.

    :param names: the keys of the columns that rows give.
    """
    if not is_plain(dialect):
        return None
    compiled: Any = statement.compile(dialect=dialect, column_keys=list(names))
    returned = compiled.implicit_returning or ()
    counted = statement.table.autoincrement_column if compiled.postfetch_lastrowid else None
    defaults = [(column.key, column.default) for column in compiled.insert_prefetch]
    if (
        not is_complete(compiled)
        or len(returned) > 1
        or (compiled.postfetch_lastrowid and len(statement.table.primary_key) > 1)
        or not all(_stands_alone(each) for _, each in defaults)
        or {*compiled.binds} != {*names, *(name for name, _ in defaults)}
    ):
        return None
    return ReadyInsert(
        compiled,
        [(name, _make_default(each)) for name, each in defaults],
        key.type if (key := returned[0] if returned else counted) is not None else None,
    )


def _make_default(default: Any) -> Callable[[Any], Any]:
    if default.is_callable:
        made: Callable[[Any], Any] = default.arg
        return made
    return lambda context: default.arg


def _stands_alone(default: Any) -> bool:
    """Tell whether a default is made without a look at the execution that it is made for."""
    if not default.is_callable:
        return bool(default.is_scalar)
    # SQLAlchemy puts a function of its own around one that takes no context.
    return getattr(default.arg, "__globals__", None) is vars(schema)
