"""The rows that a to-many relation leads to, for many rows at once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Table, UniqueConstraint, select

from stack_core.description import Key
from stack_core.filter import Is
from stack_core.problem import Unable
from stack_core.query import Reach

from ..model.kind import Kind
from .condition import Conditions
from .connections import Connections
from .kept import Kept
from .layout import Getter, find_value
from .outline import Values, count_parameter
from .relation import Relation, key_columns
from .statement import Statements

CHUNK = 500
"""How many keys one statement names."""


class LinkStatement(NamedTuple):
    """A statement for pairs of keys, and what takes each of them apart."""

    statement: Any
    near: Getter
    far: Getter


class Linking:
    """Reads the pairs of keys that relations of one kind link.

    :param kept: where statements are kept.
    """

    def __init__(self, statements: Statements, connections: Connections, kept: Kept[Any]) -> None:
        self._statements = statements
        self._connections = connections
        self._kept = kept

    def links(
        self, name: str, keys: Sequence[Key], reach: Reach, limit: int
    ) -> list[tuple[Key, Key]]:
        """Return pairs of a key and of one that it leads to, in their order.

        :raises LookupError: there is no such to-many relation, or the reach
            says nothing of the other kind.
        :raises Unable: the other is kept elsewhere.
        """
        other = self._find_other(name)
        reach.of(other.description.kind)
        found: list[tuple[Key, Key]] = []
        for chunk in _chunks(keys):
            if len(found) < limit:
                found += self._read(name, chunk, reach, limit - len(found))
        return found

    def _find_other(self, name: str) -> Kind:
        kind = self._statements.kind
        field = kind.description.by_name.get(name)
        if field is None or not field.many:
            raise LookupError(f"{name!r} is no to-many relation of {kind.description.kind!r}.")
        if field.far:
            raise Unable(f"What {name!r} leads to is kept elsewhere. Ask for it there.")
        return kind.related(name)

    def _read(
        self, name: str, keys: Sequence[Key], reach: Reach, limit: int
    ) -> Iterator[tuple[Key, Key]]:
        values, where = Values(), Is("", "in", keys)
        outline = ("links", name, values.outline(where, "w"), values.outline_reach(reach))
        read: LinkStatement = self._kept.find(
            outline, lambda: self._make(name, where, reach), lasting=values.lasting
        )
        rows = self._connections.fetch(read.statement, {**values.bound, "limit": limit})
        return ((read.near(row), read.far(row)) for row in rows)

    def _make(self, name: str, where: Is, reach: Reach) -> LinkStatement:
        statements = self._statements
        kind, root = statements.kind, statements.root
        relation = statements.relations.of(kind, name)
        alias = relation.alias()
        seen = Conditions(statements.comparison, statements.relations, reach)
        near, far = key_columns(kind, root), key_columns(relation.other, alias)
        statement: Any = select(*near, *far).select_from(root)
        statement = statement.join(getattr(root, name).of_type(alias))
        statement = statement.where(
            *statements.conditions(where, reach), *seen.seen(relation.other, alias)
        )
        if not _is_single(relation):
            # What compares as equal may still be two keys.
            exact = [statements.comparison.exact(column) for column in (*near, *far)]
            statement = statement.add_columns(*exact).distinct()
        statement = statement.order_by(*near, *far).limit(count_parameter("limit"))
        return LinkStatement(
            statement, find_value((0, len(near))), find_value((len(near), len(far)))
        )


def _chunks(keys: Sequence[Key]) -> Iterator[list[Key]]:
    """Yield each key once, few enough for a statement, and in order where there are several."""
    found = list(dict.fromkeys(keys))
    if len(found) > CHUNK:
        found.sort()
    for start in range(0, len(found), CHUNK):
        yield found[start : start + CHUNK]


def _is_single(relation: Relation) -> bool:
    """Tell whether no two rows are linked more than once."""
    prop = relation.property
    between = prop.secondary
    if between is None:
        return True
    if not isinstance(between, Table):
        return False
    pairs = (*prop.synchronize_pairs, *(prop.secondary_synchronize_pairs or ()))
    compared = {column for _, column in pairs}
    unique = [each for each in between.constraints if isinstance(each, UniqueConstraint)]
    rules = [between.primary_key.columns, *(each.columns for each in unique)]
    return any(len(rule) > 0 and set(rule) <= compared for rule in rules)
