"""What a description does not say about how its rows are kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from stack_core.description import Description, Field, Key

OnDelete = Literal["delete", "clear", "refuse"]
Row = dict[str, Any]
"""Values by the names of fields and of the key's columns; one that is kept is never changed."""


class Through(msgspec.Struct, frozen=True):
    """A many-to-many relation whose links are rows of a kind of their own.

    :param kind: the links'.
    :param near: their field that leads to this row. ``far``: to the other.
    """

    kind: str
    near: str
    far: str


class Schema(msgspec.Struct, frozen=True, kw_only=True):
    """What a description does not say about how its rows are kept.

    :param cls: a class by which the store is found, beside its kind's word.
    :param inverse: by to-many relation, the other kind's field that leads back, or what
        it goes through. One that is not named is kept with its row, as a list of keys.
    :param unique: by the name of the rule, the fields that are unique together.
    :param on_delete: by to-one relation, what becomes of a row whose other is
        deleted. Without a word it is cleared where None is a value, and refused otherwise.
    :param soft: the attribute that has the moment of a row's deletion; without one, a
        deleted row is gone.
    :param rules: by name, the code of named rules: called with a record and the rule's values.
    :param defaults: by field, what makes a value where a create has none.
    """

    cls: type[Any] | None = None
    inverse: Mapping[str, str | Through] = {}
    unique: Mapping[str, tuple[str, ...]] = {}
    on_delete: Mapping[str, OnDelete] = {}
    soft: str = ""
    rules: Mapping[str, Callable[..., bool]] = {}
    defaults: Mapping[str, Callable[[], Any]] = {}

    def fate(self, field: Field) -> OnDelete:
        """Return what becomes of a row when what a relation leads to is deleted."""
        if field.many:
            return "clear"
        return self.on_delete.get(field.name, "clear" if field.nullable else "refuse")


def is_link(field: Field) -> bool:
    """Tell whether a field leads to one row of another kind that is kept here."""
    return field.type == "relation" and not field.many and not field.far


def key_of(description: Description, row: Mapping[str, Any]) -> Key:
    """Return the key of a row: a scalar, or a tuple of as many as the key has columns."""
    values = tuple(_column(description, field.name, row) for field in description.key)
    return values[0] if len(values) == 1 else values


def key_columns(key: Key) -> tuple[Any, ...]:
    """Return the values of a key's columns."""
    return key if isinstance(key, tuple) else (key,)


def fields_of_key(description: Description) -> tuple[str, ...]:
    """Return the fields that hold the key, where a relation stands for its columns."""
    found = []
    for column in description.key:
        holder = _holder(description, column.name)
        found.append(holder.name if holder else column.name)
    return tuple(dict.fromkeys(found))


def _column(description: Description, name: str, row: Mapping[str, Any]) -> Any:
    """Return the value of one column of the key, also of one that a relation folds away."""
    if name in row:
        return row[name]
    holder = _holder(description, name)
    if holder is None or row.get(holder.name) is None:
        return None
    return key_columns(row[holder.name])[holder.local.index(name)]


def _holder(description: Description, column: str) -> Field | None:
    if column in description.by_name:
        return None
    return next((field for field in description.fields if column in field.local), None)
