"""The statements that write rows, each built once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    Column,
    Delete,
    Insert,
    Select,
    Update,
    delete,
    insert,
    select,
    update,
)
from sqlalchemy.sql import ColumnElement

from stack_core.description import Key

from .comparison import Columns, Comparison, list_parameters
from .kept import Kept, Shelf
from .outline import parameter
from .placement import Placement

KEY = "stack_key_"
VERSION = "stack_version"
_KEYS = ("stack_keys", "stack_keys_exact")
"""Names of parameters that no column has."""


class WriteStatements:
    """Builds the statements that write one kind of thing.

    :param comparison: how its database compares keys.
    :param shelf: where they are kept.
    """

    def __init__(self, placement: Placement, comparison: Comparison, shelf: Shelf) -> None:
        self._placement = placement
        self._comparison = comparison
        self._kept: Kept[Any] = Kept(shelf)
        self.insert: Insert = insert(placement.table)
        self.insert_returning: Insert = insert(placement.table).returning(
            *placement.key, sort_by_parameter_order=True
        )

    def bind(self, key: Key, version: Any = None) -> dict[str, Any]:
        """Return the values of the parameters that name a row."""
        bound = {
            f"{KEY}{index}": value for index, value in enumerate(self._placement.split_key(key))
        }
        if version is not None:
            bound[VERSION] = version
        return bound

    def current(
        self, columns: Sequence[Column[Any]], *, lock: bool, alive: bool = True
    ) -> Select[Any]:
        """Return the statement that reads columns of a row.

        :param alive: one that is not marked as deleted.
        """

        def make() -> Select[Any]:
            found = select(*columns).where(*self._one(), *(self._alive() if alive else ()))
            return found.with_for_update() if lock else found

        outline = ("current", lock, alive, tuple(column.key for column in columns))
        statement: Select[Any] = self._kept.find(outline, make)
        return statement

    def update(self, *, versioned: bool) -> Update:
        """Return the statement that updates a row, if it still has its version."""
        statement: Update = self._kept.find(
            ("update", versioned),
            lambda: update(self._placement.table).where(*self._one(), *self._same(versioned)),
        )
        return statement

    def mark(self, *, versioned: bool) -> Update:
        """Return the statement that marks a row as deleted, if it is not and has its version."""
        statement: Update = self._kept.find(
            ("mark", versioned), lambda: self.update(versioned=versioned).where(*self._alive())
        )
        return statement

    def delete(self, *, versioned: bool) -> Delete:
        """Return the statement that deletes a row, if it still has its version."""
        statement: Delete = self._kept.find(
            ("delete", versioned),
            lambda: delete(self._placement.table).where(*self._one(), *self._same(versioned)),
        )
        return statement

    def update_many(self, differing: Iterable[ColumnElement[bool]] = ()) -> Update:
        """Return the statement that updates rows of many keys."""
        return update(self._placement.table).where(self._among(), *differing)

    def delete_many(self) -> Delete:
        """Return the statement that deletes rows of many keys."""
        statement: Delete = self._kept.find(
            "delete many", lambda: delete(self._placement.table).where(self._among())
        )
        return statement

    def objects(self) -> Select[Any]:
        """Return the statement that reads the objects of many keys, and locks their rows."""
        cls = self._placement.kind.cls
        statement: Select[Any] = self._kept.find(
            "objects", lambda: select(cls).where(self._among()).with_for_update(of=cls)
        )
        return statement

    def _one(self) -> list[ColumnElement[bool]]:
        return [
            self._comparison.equal(column, parameter(f"{KEY}{index}", column.type))
            for index, column in enumerate(self._placement.key)
        ]

    def _same(self, versioned: bool) -> list[ColumnElement[bool]]:
        column = self._placement.version
        if column is None or not versioned:
            return []
        return [column == parameter(VERSION, column.type)]

    def _alive(self) -> list[ColumnElement[bool]]:
        soft = self._placement.soft
        return [] if soft is None else [soft.is_(None)]

    def _among(self) -> ColumnElement[bool]:
        return among(self._placement.key, self._comparison)


def among(columns: Columns, comparison: Comparison) -> ColumnElement[bool]:
    """Return the condition that a row has one of the keys that :func:`bind_keys` binds."""
    return comparison.compare(columns, "in", list_parameters(columns, _KEYS))


def bind_keys(keys: Sequence[Key]) -> dict[str, Any]:
    """Return the values of a statement for rows of many keys."""
    return {name: list(keys) for name in _KEYS}
