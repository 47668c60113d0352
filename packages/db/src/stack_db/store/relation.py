"""Going through a relation: the other rows as a set, or beside the row itself."""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import and_, exists, not_, or_, select, tuple_
from sqlalchemy.orm import RelationshipProperty, aliased
from sqlalchemy.sql import ColumnElement, operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList

from ..model.kind import Kind

Entity = Any
"""A mapped class or an alias of it."""
Condition = ColumnElement[bool]


class Pair(NamedTuple):
    """The names of the attributes that a relation compares, here and on the other side."""

    local: str
    remote: str


class Relation:
    """One relation of a kind.

    :param kind: which it begins at.
    :param name: its field's.
    """

    def __init__(self, kind: Kind, name: str) -> None:
        self.name = name
        self.kind = kind
        self.other = kind.related(name)
        self.property: RelationshipProperty[Any] = kind.mapper.relationships[name]
        self._pairs = self._find_pairs()

    def alias(self) -> Entity:
        """Return a new alias of the other class."""
        return aliased(self.other.cls, flat=True)

    def on(self, entity: Entity, alias: Entity) -> Condition:
        """Return the condition under which a row of the alias belongs to one of the entity."""
        condition: Condition = and_(getattr(entity, self.name).of_type(alias))
        return condition

    def foreign_key(self, entity: Entity) -> list[ColumnElement[Any]] | None:
        """Return the row's own columns that hold the other's whole key, in its order."""
        if self._pairs is None:
            return None
        by_remote = {pair.remote: pair.local for pair in self._pairs}
        if set(by_remote) != set(self.other.key):
            return None
        return [getattr(entity, by_remote[name]) for name in self.other.key]

    def leads_to(
        self, entity: Entity, alias: Entity, inner: list[Condition], *, negated: bool
    ) -> Condition:
        """Return the condition that another row is such that all of the inner conditions hold.

        :param negated: that there is none. It holds where the row leads to nothing at all.
        """
        found = self._find_set(alias)
        if found is None:
            chosen = exists().select_from(alias).where(self.on(entity, alias), *inner)
            chosen = chosen.correlate(entity)
            return not_(chosen) if negated else chosen
        names, statement = found
        local = [getattr(entity, name) for name in names]
        statement = statement.where(*inner)
        one = local[0] if len(local) == 1 else tuple_(*local)
        if not negated:
            return one.in_(statement)
        missing = [each.is_(None) for each in local if _is_nullable(each)]
        return or_(one.not_in(statement), *missing)

    def _find_set(self, alias: Entity) -> tuple[list[str], Any] | None:
        """Return our attributes and the statement that selects those of the other rows."""
        if self._pairs is not None:
            remote = [getattr(alias, pair.remote) for pair in self._pairs]
            present = [each.is_not(None) for each in remote if _is_nullable(each)]
            statement = select(*remote).select_from(alias).where(*present)
            return [pair.local for pair in self._pairs], statement
        if self.property.secondary is None or not self._is_plain(with_secondary=True):
            return None
        between = self.property.secondary.alias()
        here = self.property.synchronize_pairs
        there = self.property.secondary_synchronize_pairs or []
        remote = [between.c[str(right.key)] for _, right in here]
        joined = [
            getattr(alias, self._attribute(self.other, left)) == between.c[str(right.key)]
            for left, right in there
        ]
        present = [each.is_not(None) for each in remote if each.nullable]
        statement = select(*remote).select_from(between).join(alias, and_(*joined)).where(*present)
        return [self._attribute(self.kind, left) for left, _ in here], statement

    def _find_pairs(self) -> list[Pair] | None:
        if self.property.secondary is not None or not self._is_plain(with_secondary=False):
            return None
        return [
            Pair(self._attribute(self.kind, local), self._attribute(self.other, remote))
            for local, remote in self.property.local_remote_pairs or ()
        ]

    def _is_plain(self, *, with_secondary: bool) -> bool:
        """Tell whether the relation compares columns and nothing else."""
        joins = [self.property.primaryjoin]
        count = len(self.property.local_remote_pairs or ())
        if with_secondary and self.property.secondaryjoin is not None:
            joins.append(self.property.secondaryjoin)
        clauses = [each for join in joins for each in _clauses(join)]
        mapped = {column for side in (self.kind, self.other) for column in side.mapper.columns}
        secondary = self.property.secondary
        own = set(secondary.c) if secondary is not None else set()
        return len(clauses) == count and all(
            isinstance(each, BinaryExpression)
            and each.operator is operators.eq
            and {_bare(each.left), _bare(each.right)} <= mapped | own
            for each in clauses
        )

    @staticmethod
    def _attribute(kind: Kind, column: Any) -> str:
        return str(kind.mapper.get_property_by_column(_bare(column)).key)


def key_columns(kind: Kind, entity: Entity) -> list[ColumnElement[Any]]:
    """Return the columns of a kind's own key."""
    return [getattr(entity, name) for name in kind.key]


def _clauses(join: Any) -> list[Any]:
    if isinstance(join, BooleanClauseList):
        return list(join.clauses) if join.operator is operators.and_ else [join]
    return [join]


def _bare(column: Any) -> Any:
    """Return a column without what a relation's condition notes on it."""
    return column._deannotate() if hasattr(column, "_deannotate") else column


def _is_nullable(column: ColumnElement[Any]) -> bool:
    return bool(getattr(column, "nullable", True))
