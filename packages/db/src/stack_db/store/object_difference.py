"""What differs between an object and the values that are to be written to it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from stack_core.description import Field, Key
from stack_core.problem import FieldError
from stack_core.query import Reach

from .collection import members
from .difference import differs
from .refusal import A_KEY, invalid
from .writer import Writer


class ObjectDifference:
    """Finds what differs between objects of one kind and values."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._kind = writer.kind
        self._placement = writer.placement
        self._by_name = writer.placement.description.by_name

    def find(
        self, found: Any, values: Mapping[str, Any], reach: Reach, connection: Connection
    ) -> dict[str, Any]:
        """Return the values that differ; what is hidden, and so was read as None, does not.

        :raises Invalid: a part of the key differs, or a relation leads to no row that is seen.
        """
        changes: dict[str, Any] = {}
        for name, value in values.items():
            field = self._by_name[name]
            if field.many:
                kept = self._with_hidden(found, field, value, reach, connection)
                if set(kept) != set(self._keys_of(found, name)):
                    changes[name] = kept
            elif name != self._placement.description.version and self._differs(found, name, value):
                if self._placement.is_key(name):
                    raise invalid([FieldError((name,), A_KEY)])
                if not self._is_hidden(found, field, value, reach, connection):
                    changes[name] = value
        self._writer.shape(changes)
        named = self._find_named(found, values, changes, reach)
        self._writer.links.check(named, reach, connection)
        return changes

    def _is_hidden(
        self, found: Any, field: Field, value: Any, reach: Reach, connection: Connection
    ) -> bool:
        """Tell whether None is written because a relation reads as None."""
        links = self._writer.links
        if field.type != "relation" or value is not None or links.sees_all(field.name, reach):
            return False
        own = self._read(found, field.name)
        return own is not None and not links.seen(field.name, [own], reach, connection)

    def _with_hidden(
        self, found: Any, field: Field, value: Any, reach: Reach, connection: Connection
    ) -> list[Key]:
        """Return the keys of a list with those that its writer does not see."""
        given = list(value or ())
        if self._writer.links.sees_all(field.name, reach):
            return given
        own = self._keys_of(found, field.name)
        seen = self._writer.links.seen(field.name, own, reach, connection) if own else set()
        return [*given, *(key for key in own if key not in seen and key not in given)]

    def _find_named(
        self, found: Any, values: Mapping[str, Any], changes: Mapping[str, Any], reach: Reach
    ) -> dict[str, Any]:
        """Return the relations that are to be looked at: what is new, and what may be hidden.

        That a row leads to a hidden one already is not told to whoever names it.
        """
        named = {}
        for name, value in self.links(values).items():
            doubtful = not self._writer.links.sees_all(name, reach)
            if not self._by_name[name].many:
                if name in changes or doubtful:
                    named[name] = value
            elif doubtful:
                named[name] = value
            else:
                own = set(self._keys_of(found, name))
                named[name] = [key for key in value or () if key not in own]
        return named

    def links(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the relations among values."""
        return {
            name: value for name, value in values.items() if self._by_name[name].type == "relation"
        }

    def _differs(self, found: Any, name: str, value: Any) -> bool:
        columns = self._placement.columns.get(name)
        if columns is None:
            return bool(getattr(found, name) != value)
        own = [getattr(found, self._placement.attributes[column.key]) for column in columns]
        parts = self._placement.spread(name, value)
        return any(
            differs(column.type, before, part)
            for before, (column, part) in zip(own, parts, strict=True)
        )

    def _read(self, found: Any, name: str) -> Any:
        columns = self._placement.columns[name]
        return self._placement.join(
            tuple(getattr(found, self._placement.attributes[each.key]) for each in columns)
        )

    def _keys_of(self, found: Any, name: str) -> list[Key]:
        other = self._kind.related(name)
        if len(other.key) == 1:
            return [getattr(each, other.key[0]) for each in members(found, name)]
        return [tuple(getattr(each, part) for part in other.key) for each in members(found, name)]
