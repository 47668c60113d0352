"""Filters as conditions of SQL."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, false, func, not_, or_, true
from sqlalchemy.sql import ColumnElement

from stack_core.filter import All, AnyOf, Filter, Is, Not, Rule, Some
from stack_core.query import EVERYTHING, Reach

from ..model.kind import Kind
from .comparison import Comparison, Parameters, list_parameters
from .outline import Names, never, parameter, slots
from .relation import Condition, Entity, Relation, key_columns

Leaf = Callable[[Kind, Entity], Condition]
"""Makes the condition on the row that a path ends at."""


class Relations:
    """The relations of one kind and of those behind it, each looked at once."""

    def __init__(self) -> None:
        self._found: dict[tuple[type[Any], str], Relation] = {}

    def of(self, kind: Kind, name: str) -> Relation:
        """Return a relation of a kind."""
        found = self._found.get((kind.cls, name))
        if found is None:
            found = self._found[kind.cls, name] = Relation(kind, name)
        return found


class Conditions:
    """Makes the conditions of one statement.

    :param reach: which rows of other kinds are seen; that of scopes, which see
        everything on their way, is :data:`~stack_core.query.EVERYTHING`.
    """

    def __init__(
        self, comparison: Comparison, relations: Relations, reach: Reach = EVERYTHING
    ) -> None:
        self._comparison = comparison
        self.relations = relations
        self._reach = reach

    def make(self, part: Filter, prefix: str, kind: Kind, entity: Entity) -> Condition:
        """Return the condition of a filter, whose values are bound under names of a prefix."""
        return self._build(part, Names(prefix), kind, entity, negated=False)

    def alive(self, kind: Kind, entity: Entity) -> list[Condition]:
        """Return the condition that a row is not marked as deleted, if its kind marks them."""
        return [getattr(entity, kind.soft).is_(None)] if kind.soft else []

    def seen(self, kind: Kind, entity: Entity) -> list[Condition]:
        """Return the conditions under which a row is seen through a relation.

        :raises LookupError: the reach says nothing about its kind.
        """
        word = kind.description.kind
        part = self._reach.of(word)
        found = self.alive(kind, entity)
        if part != All():
            named = [name for name, _ in self._reach.through]
            prefix = f"t{named.index(word)}_"
            scopes = Conditions(self._comparison, self.relations)
            found.append(scopes.make(part, prefix, kind, entity))
        return found

    def sees_all(self, kind: Kind) -> bool:
        """Tell whether no row of another kind is hidden."""
        return not kind.soft and self._reach.of(kind.description.kind) == All()

    def _build(
        self, part: Filter, names: Names, kind: Kind, entity: Entity, *, negated: bool
    ) -> Condition:
        if isinstance(part, Is):
            return self._compare(part, names, kind, entity, negated=negated)
        if isinstance(part, Not):
            return self._build(part.part, names, kind, entity, negated=not negated)
        if isinstance(part, All | AnyOf):
            inner = [self._build(p, names, kind, entity, negated=negated) for p in part.parts]
            # What is not 'all' is 'any of' what are not; an unknown is false in either.
            joins = isinstance(part, All) is not negated
            return and_(true(), *inner) if joins else or_(false(), *inner)
        if isinstance(part, Some):
            return self._some(part, names, kind, entity, negated=negated)
        return self._rule(part, names, kind, entity, negated=negated)

    def _some(
        self, part: Some, names: Names, kind: Kind, entity: Entity, *, negated: bool
    ) -> Condition:
        *steps, last = part.path.split(".")
        self._check_many(part.path, kind)

        def leaf(here: Kind, there: Entity) -> Condition:
            relation = self.relations.of(here, last)
            alias = relation.alias()
            inner = self._build(part.part, names, relation.other, alias, negated=False)
            seen = self.seen(relation.other, alias)
            inside = negated and not steps
            return relation.leads_to(there, alias, [*seen, inner], negated=inside)

        return self._walk(steps, kind, entity, leaf, negated=negated)

    def _check_many(self, path: str, kind: Kind) -> None:
        before, _, last = path.rpartition(".")
        here = kind.description
        for field in here.trail(before):
            here = here.related(field.name)
        found = here.by_name.get(last)
        if found is None or not found.many or found.far:
            raise LookupError(f"{path!r} is no to-many relation of {kind.description.kind!r}.")

    def _rule(
        self, part: Rule, names: Names, kind: Kind, entity: Entity, *, negated: bool
    ) -> Condition:
        rule = kind.rules.get(part.name)
        if rule is None:
            raise LookupError(f"{part.name!r} is no rule of {kind.description.kind!r}.")
        condition: Any = rule.expression(entity, *part.values)
        return not_(func.coalesce(condition, false())) if negated else condition

    def _compare(
        self, part: Is, names: Names, kind: Kind, entity: Entity, *, negated: bool
    ) -> Condition:
        if never(part):
            return true() if negated else false()
        bound = [names.take() for _ in range(slots(part))]
        if part.op == "null" and part.value:
            negated = not negated
        trail = kind.description.trail(part.path)
        steps = [field.name for field in trail[:-1]]
        last = trail[-1].name if trail else ""

        def leaf(here: Kind, there: Entity) -> Condition:
            columns = self._columns(here, there, last)
            inside = negated and not steps
            if columns is not None:
                return self._on_columns(columns, part, bound, negated=inside)
            # Which of the others are seen can only be asked of themselves.
            relation = self.relations.of(here, last)
            alias = relation.alias()
            inner = self.seen(relation.other, alias)
            if part.op != "null":
                keys = key_columns(relation.other, alias)
                inner.append(self._on_columns(keys, part, bound, negated=False))
            return relation.leads_to(there, alias, inner, negated=inside)

        return self._walk(steps, kind, entity, leaf, negated=negated)

    def _walk(
        self, steps: list[str], kind: Kind, entity: Entity, leaf: Leaf, *, negated: bool
    ) -> Condition:
        """Return the condition that a path's steps lead to a row for which the leaf holds.

        Only the outermost step is negated: what it leads to, or does not, is
        one question.
        """
        if not steps:
            return leaf(kind, entity)
        relation = self.relations.of(kind, steps[0])
        alias = relation.alias()
        seen = self.seen(relation.other, alias)
        inner = self._walk(steps[1:], relation.other, alias, leaf, negated=False)
        return relation.leads_to(entity, alias, [*seen, inner], negated=negated)

    def _columns(self, kind: Kind, entity: Entity, name: str) -> list[ColumnElement[Any]] | None:
        """Return a field's columns in the row itself, or None where they stand in another."""
        if not name:
            return key_columns(kind, entity)
        field = kind.description.by_name[name]
        if field.type != "relation":
            return [getattr(entity, name)]
        if field.far:
            return [getattr(entity, each) for each in field.local]
        relation = self.relations.of(kind, name)
        return relation.foreign_key(entity) if self.sees_all(relation.other) else None

    def _on_columns(
        self, columns: list[ColumnElement[Any]], part: Is, bound: list[str], *, negated: bool
    ) -> Condition:
        if part.op == "null":
            # 'null: True' has been turned into the negation of 'null: False'.
            present = [column.is_not(None) for column in columns]
            missing = [column.is_(None) for column in columns]
            return or_(*missing) if negated else and_(*present)
        condition = self._comparison.compare(columns, part.op, _parameters(columns, part, bound))
        if not negated:
            return condition
        missing = [each.is_(None) for each in columns if getattr(each, "nullable", True)]
        return or_(not_(condition), *missing)


def _parameters(columns: list[ColumnElement[Any]], part: Is, bound: list[str]) -> Parameters:
    if part.op == "in":
        return list_parameters(columns, bound)
    if len(bound) != len(columns):
        raise LookupError(f"{part.path!r} has {len(columns)} values, not {len(bound)}.")
    return [parameter(name, column.type) for name, column in zip(bound, columns, strict=True)]
