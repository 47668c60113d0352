"""How the fields of a kind lie in the columns of its table."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Any

from sqlalchemy import JSON, Column, Table, null

from stack_core.description import Field, Key

from ..model.kind import Kind

NO_SUCH_ROW = "There is no such row."


class Placement:
    """How the fields of a kind lie in the columns of its table.

    :param kind: whose fields they are.
    """

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.description = kind.description
        self.table: Table = kind.mapper.local_table  # type: ignore[assignment]
        self.key: tuple[Column[Any], ...] = tuple(self._column(name) for name in kind.key)
        self.soft: Column[Any] | None = self._column(kind.soft) if kind.soft else None
        self.version: Column[Any] | None = kind.mapper.version_id_col  # type: ignore[assignment]

    @cached_property
    def columns(self) -> Mapping[str, tuple[Column[Any], ...]]:
        """The table's columns that hold a field, by the field's name.

        A relation has those of its foreign key. What is computed, or kept in
        rows of another table, has none and is missing here.
        """
        found = {}
        for field in self.description.fields:
            names = self._attributes(field)
            if names and all(name in self._own for name in names):
                found[field.name] = tuple(self._own[name] for name in names)
        return found

    @cached_property
    def fields(self) -> Mapping[str, str]:
        """The names of the fields by the names of the columns that hold them."""
        found: dict[str, str] = {}
        for name, columns in self.columns.items():
            for column in columns:
                found.setdefault(column.name, name)
        for field in self.description.key:
            for column in self._columns_of(field.name):
                found.setdefault(column.name, field.name)
        return found

    @cached_property
    def attributes(self) -> Mapping[str, str]:
        """The names of the attributes by the keys of their columns."""
        return {column.key: name for name, column in self._own.items()}

    @cached_property
    def required(self) -> tuple[str, ...]:
        """The fields that a create must name."""
        return tuple(field.name for field in self.description.fields if field.required)

    def spread(self, name: str, value: Any) -> Iterable[tuple[Column[Any], Any]]:
        """Yield the columns of a field, each with its part of a value."""
        columns = self.columns[name]
        if len(columns) == 1:
            return ((columns[0], value),)
        return zip(columns, value if value is not None else [None] * len(columns), strict=True)

    @cached_property
    def counted(self) -> Column[Any] | None:
        """The column of the key that the database counts up, if it does."""
        return self.table.autoincrement_column

    @cached_property
    def leads_to_itself(self) -> bool:
        """Whether rows of the table may need others of it."""
        return any(key.references(self.table) for key in self.table.foreign_keys)

    def is_key(self, name: str) -> bool:
        """Tell whether a field is a part of the key."""
        return any(column in self.key for column in self.columns.get(name, ()))

    def computes(self, name: str) -> bool:
        """Tell whether the database computes a field."""
        return any(column.computed is not None for column in self.columns.get(name, ()))

    def counts(self, name: str) -> bool:
        """Tell whether the database counts a field up, which makes a value of None."""
        columns = self.columns.get(name, ())
        return len(columns) == 1 and columns[0] is self.counted

    def next_version(self, version: Any) -> Any:
        """Return the version that follows another, or None, which is the first's."""
        generate: Any = self.kind.mapper.version_id_generator
        return generate(version)

    def fresh(self, bound: dict[str, Any]) -> dict[str, Any]:
        """Complete the parameters of a new row: its first version, and a key that is counted."""
        if self.version is not None and bound.get(self.version.key) is None:
            bound[self.version.key] = self.next_version(None)
        if self.counted is not None and bound.get(self.counted.key, self) is None:
            del bound[self.counted.key]
        return bound

    def sendable(self, column: Column[Any], value: Any) -> Any:
        """Return a value as a driver takes it: a document's None is a missing value, not null."""
        if value is None and isinstance(column.type, JSON):
            return null()
        return value

    def join(self, values: tuple[Any, ...]) -> Any:
        """Return the value of a field from those of its columns; None if one is missing."""
        if len(values) == 1:
            return values[0]
        return None if any(value is None for value in values) else values

    def split_key(self, key: Key) -> tuple[Any, ...]:
        """Return the values of a key's columns."""
        return key if len(self.key) > 1 else (key,)

    def join_key(self, values: Iterable[Any]) -> Key:
        """Return the key of the values of its columns."""
        first, *others = values
        return (first, *others) if others else first

    def name_fields(self, columns: Iterable[str]) -> tuple[str, ...]:
        """Return the fields that columns hold, each once.

        A generated column stands for those that it is made of, and what marks
        a row as deleted is nobody's mistake.
        """
        found: dict[str, None] = {}
        for name in columns:
            if self.soft is not None and name == self.soft.name:
                continue
            if name in self.fields:
                found[self.fields[name]] = None
            elif name in self.table.columns and (made := self.table.columns[name].computed):
                made_of = self.named_in(str(made.sqltext))
                found.update(dict.fromkeys(self.name_fields(made_of)))
        return tuple(found)

    def named_in(self, text: str) -> tuple[str, ...]:
        """Return the columns whose names stand in a piece of SQL."""
        words = set(re.findall(r"\w+", text))
        return tuple(column.name for column in self.table.columns if column.name in words)

    def _attributes(self, field: Field) -> tuple[str, ...]:
        if field.many:
            return ()
        return field.local or (field.name,)

    @cached_property
    def _own(self) -> Mapping[str, Column[Any]]:
        """The table's own columns by the names of their attributes."""
        columns: Mapping[str, Any] = dict(self.kind.mapper.columns.items())
        return {
            name: column
            for name, column in columns.items()
            if isinstance(column, Column) and column.table is self.table
        }

    def _columns_of(self, name: str) -> tuple[Column[Any], ...]:
        return (self._own[name],) if name in self._own else ()

    def _column(self, name: str) -> Column[Any]:
        found: Column[Any] = self.kind.mapper.columns[name]
        return found
