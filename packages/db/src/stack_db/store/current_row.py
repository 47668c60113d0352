"""A row as it is stored now, and what differs from it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from sqlalchemy import Column, Connection

from stack_core.description import Key
from stack_core.problem import FieldError, Stale
from stack_core.query import Reach

from .difference import differs
from .refusal import A_KEY, invalid
from .writer import Writer

State = Literal["there", "marked", "gone"]


class Current:
    """A row as it is stored now.

    :param values: of its columns, by their keys.
    """

    def __init__(self, values: Mapping[str, Any], version: Column[Any] | None) -> None:
        self.values = values
        self.version = None if version is None else values[version.key]

    def check(self, version: Any) -> None:
        """Require a version, if one is given.

        :raises Stale: the row has another.
        """
        if version is not None and version != self.version:
            raise Stale(self.version)


class CurrentRows:
    """Reads rows of one kind before they are written."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._placement = writer.placement
        self._statements = writer.statements

    def find_state(self, connection: Connection, key: Key) -> State:
        """Tell whether a row is there, marked as deleted, or gone."""
        soft = self._placement.soft
        columns = [self._placement.key[0] if soft is None else soft]
        statement = self._statements.current(columns, lock=False, alive=False)
        found = connection.execute(statement, self._statements.bind(key)).first()
        if found is None:
            return "gone"
        return "there" if soft is None or found[0] is None else "marked"

    def columns(self, names: Iterable[str]) -> list[Column[Any]]:
        """Return the columns of fields, with the version and the key, each once."""
        placement = self._placement
        found = {column.key: column for column in placement.key}
        for name in names:
            if name in placement.columns:
                found.update((column.key, column) for column in placement.columns[name])
        if placement.version is not None:
            found[placement.version.key] = placement.version
        return list(found.values())

    def read(
        self,
        connection: Connection,
        key: Key,
        columns: list[Column[Any]],
        *,
        single: bool,
        alive: bool = True,
    ) -> Current:
        """Return a row as it is, and lock it unless every statement is a transaction.

        :raises NotFound: there is none.
        """
        lock = not (single and self._writer.transactions.is_single(connection))
        statement = self._statements.current(columns, lock=lock, alive=alive)
        found = self._writer.execute(connection, statement, self._statements.bind(key), {}).first()
        if found is None:
            raise self._writer.no_such_row()
        values = dict(zip((column.key for column in columns), found, strict=True))
        return Current(values, self._placement.version)

    def find_changes(
        self, before: Current, values: Mapping[str, Any], reach: Reach, connection: Connection
    ) -> dict[str, Any]:
        """Return the values that differ; what is hidden, and so was read as None, does not.

        :raises Invalid: a part of the key differs.
        """
        found = {}
        for name, value in values.items():
            columns = self._placement.columns[name]
            parts = self._placement.spread(name, value)
            if not any(differs(c.type, before.values[c.key], part) for c, part in parts):
                continue
            if columns[0] is self._placement.version:
                continue
            if self._placement.is_key(name):
                raise invalid([FieldError((name,), A_KEY)])
            if value is None and self.is_hidden(name, before, reach, connection):
                continue
            found[name] = value
        self._writer.shape(found)
        return found

    def is_hidden(self, name: str, before: Current, reach: Reach, connection: Connection) -> bool:
        """Tell whether a relation leads to a row that the writer does not see."""
        field = self._placement.description.by_name[name]
        if field.type != "relation" or self._writer.links.sees_all(name, reach):
            return False
        own = self.value(before, name)
        return own is not None and not self._writer.links.seen(name, [own], reach, connection)

    def value(self, current: Current, name: str) -> Any:
        """Return the value of a field."""
        columns = self._placement.columns[name]
        return self._placement.join(tuple(current.values[column.key] for column in columns))
