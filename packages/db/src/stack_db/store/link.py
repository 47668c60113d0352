"""Relations that are written: whether the rows exist that they lead to, for whoever writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, ForeignKeyConstraint

from stack_core.description import Field, Key
from stack_core.filter import TRUE
from stack_core.problem import FieldError
from stack_core.query import EVERYTHING, Reach

from ..model.kind import Kind
from .placement import Placement
from .reads import Reads
from .refusal import NONE_TO_CHOOSE, invalid


class Links:
    """The relations of one kind, as they are written.

    :param reads_of: returns what reads another kind.
    :param enforced: tells whether the database itself refuses a foreign key
        that leads to nothing.
    """

    def __init__(
        self,
        placement: Placement,
        reads_of: Callable[[Kind], Reads],
        enforced: Callable[[], bool],
    ) -> None:
        self._placement = placement
        self._reads_of = reads_of
        self._enforced = enforced
        self._fields: Mapping[str, Field] = {
            field.name: field for field in placement.description.fields if field.type == "relation"
        }
        self._keyed = frozenset(self._find_keyed())
        self._marked: dict[str, bool] = {}

    def doubtful(self, values: Mapping[str, Any], reach: Reach) -> dict[str, Any]:
        """Return the relations that must be looked at before they are written.

        Where nothing is hidden, the database's own foreign key does.

        :raises LookupError: the reach says nothing about a kind.
        """
        if not self._fields:
            return {}
        doubtful = {}
        for name in self._fields:
            if name in values:
                value = values[name]
                known = value is None or (name in self._keyed and self._enforced())
                if not (known and self.sees_all(name, reach)):
                    doubtful[name] = value
        return doubtful

    def sees_all(self, name: str, reach: Reach) -> bool:
        """Tell whether no row that a relation may lead to is hidden from the writer."""
        marked = self._marked.get(name)
        if marked is None:
            marked = self._marked[name] = bool(self._placement.kind.related(name).soft)
        return not marked and reach.of(self._fields[name].relation) == TRUE

    def hiding(self, values: Mapping[str, Any], reach: Reach) -> list[str]:
        """Return the relations that are written as None, which may mean that they are hidden."""
        return [
            name
            for name in self._fields.keys() & values.keys()
            if values[name] is None and not self.sees_all(name, reach)
        ]

    def check(self, values: Mapping[str, Any], reach: Reach, connection: Connection) -> None:
        """Refuse relations to rows that the writer may not read, or that there are not.

        :raises Invalid: it names all of them.
        """
        errors = [
            FieldError((name,), NONE_TO_CHOOSE, "missing")
            for name in self.missing(values, connection, reach)
        ]
        if errors:
            raise invalid(errors)

    def missing(
        self, values: Mapping[str, Any], connection: Connection, reach: Reach = EVERYTHING
    ) -> Iterator[str]:
        """Yield the relations that lead to no row that is seen."""
        for name in self._fields.keys() & values.keys():
            keys = self._keys(name, values[name])
            if keys and len(self.seen(name, keys, reach, connection)) < len(set(keys)):
                yield name

    def seen(
        self, name: str, keys: Sequence[Key], reach: Reach, connection: Connection
    ) -> set[Key]:
        """Return those of the keys that a relation may lead to, as the writer sees them."""
        other = self._reads_of(self._placement.kind.related(name))
        row = msgspec.structs.replace(reach, row=reach.of(self._fields[name].relation))
        if self._fields[name].far:
            with other.connections.read() as elsewhere:
                return other.keys_within(keys, row, elsewhere)
        return other.keys_within(keys, row, connection)

    def _keys(self, name: str, value: Any) -> list[Key]:
        if value is None:
            return []
        return list(value) if self._fields[name].many else [value]

    def _find_keyed(self) -> Iterable[str]:
        """Yield the relations whose columns are a foreign key of the table."""
        keys = [
            frozenset(column.name for column in rule.columns)
            for rule in self._placement.table.constraints
            if isinstance(rule, ForeignKeyConstraint)
        ]
        for name in self._fields:
            columns = self._placement.columns.get(name, ())
            if frozenset(column.name for column in columns) in keys:
                yield name
