"""The values of paths, beside the row itself: each relation on the way is joined as it is seen."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import and_, literal_column
from sqlalchemy.sql import ColumnElement
from sqlalchemy.sql.elements import False_

from ..model.kind import Kind
from .condition import Conditions
from .relation import Entity, key_columns

NOWHERE = literal_column("1") == literal_column("0")
"""What is false without being the constant, with which ``and_`` would drop what it joins by."""


class Value(NamedTuple):
    """The value of a path.

    :param columns: more than one for a composite key.
    :param nullable: it may be missing, because it or something on the way is.
    """

    columns: tuple[ColumnElement[Any], ...]
    nullable: bool


class Place(NamedTuple):
    kind: Kind
    entity: Entity
    certain: bool


class Joining:
    """The outer joins of one statement.

    :param conditions: makes what limits the rows that are seen through a relation.
    :param root: the kind's class, or an alias of it.
    """

    def __init__(self, conditions: Conditions, kind: Kind, root: Entity) -> None:
        self._conditions = conditions
        self._places = {"": Place(kind, root, True)}
        self._joins: list[tuple[Entity, ColumnElement[bool]]] = []

    def value(self, path: str) -> Value:
        """Return the value of a path, having joined what it needs.

        :raises LookupError: there is no such path.
        """
        root = self._places[""]
        trail = root.kind.description.trail(path)
        if not trail:
            return Value(tuple(key_columns(root.kind, root.entity)), False)
        before, _, name = path.rpartition(".")
        place, field = self._place(before), trail[-1]
        if field.type != "relation":
            column = getattr(place.entity, name)
            known = getattr(column, "nullable", True) is False
            return Value((column,), not (known and place.certain))
        if field.far:
            columns = tuple(getattr(place.entity, each) for each in field.local)
            return Value(columns, field.nullable or not place.certain)
        return self._relation(place, path, name)

    def apply(self, statement: Any) -> Any:
        """Return a statement with the joins."""
        for alias, condition in self._joins:
            statement = statement.outerjoin(alias, condition)
        return statement

    def _relation(self, place: Place, path: str, name: str) -> Value:
        relation = self._conditions.relations.of(place.kind, name)
        own = relation.foreign_key(place.entity)
        if own is not None and self._conditions.sees_all(relation.other):
            known = all(getattr(column, "nullable", True) is False for column in own)
            return Value(tuple(own), not (known and place.certain))
        other = self._place(path)
        return Value(tuple(key_columns(other.kind, other.entity)), not other.certain)

    def _place(self, path: str) -> Place:
        found = self._places.get(path)
        if found is not None:
            return found
        before, _, name = path.rpartition(".")
        here = self._place(before)
        relation = self._conditions.relations.of(here.kind, name)
        alias = relation.alias()
        seen = self._conditions.seen(relation.other, alias)
        shown = [NOWHERE if isinstance(each, False_) else each for each in seen]
        self._joins.append((alias, and_(relation.on(here.entity, alias), *shown)))
        own = relation.foreign_key(here.entity)
        certain = (
            here.certain
            and not seen
            and own is not None
            and all(getattr(column, "nullable", True) is False for column in own)
        )
        made = self._places[path] = Place(relation.other, alias, certain)
        return made
