"""The relation that leads back where another one leads to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Column
from sqlalchemy.orm import Mapper, RelationshipDirection, RelationshipProperty
from sqlalchemy.sql import ColumnElement, operators
from sqlalchemy.sql.elements import BinaryExpression, BooleanClauseList

Relation = RelationshipProperty[Any]
_OPPOSITE = {
    RelationshipDirection.ONETOMANY: RelationshipDirection.MANYTOONE,
    RelationshipDirection.MANYTOONE: RelationshipDirection.ONETOMANY,
    RelationshipDirection.MANYTOMANY: RelationshipDirection.MANYTOMANY,
}


def find_inverse(mapper: Mapper[Any], prop: Relation) -> str:
    """Return the name of the other class' relation that leads back, or nothing.

    It is the one that the model names; where it names none, the only one that
    compares the same columns and nothing else.
    """
    others = prop.mapper.relationships
    found = [each.key for each in prop._reverse_property if others.get(each.key) is each]
    found = found or [each.key for each in others if _leads_back(mapper, prop, each)]
    return found[0] if len(found) == 1 else ""


def is_plain(condition: ColumnElement[bool], pairs: int) -> bool:
    """Tell whether a condition compares so many pairs of columns and nothing else."""
    joined = isinstance(condition, BooleanClauseList) and condition.operator is operators.and_
    parts = list(condition.clauses) if joined else [condition]
    return len(parts) == pairs and all(map(_compares_columns, parts))


def _leads_back(mapper: Mapper[Any], prop: Relation, other: Relation) -> bool:
    return (
        other is not prop
        and mapper.isa(other.mapper)
        and other.direction is _OPPOSITE[prop.direction]
        and prop.secondary is other.secondary
        and _pairs(prop) == _mirrored(other)
        and all(is_plain(*each) for each in (*_conditions(prop), *_conditions(other)))
    )


def _compares_columns(part: Any) -> bool:
    return (
        isinstance(part, BinaryExpression)
        and part.operator is operators.eq
        and isinstance(part.left, Column)
        and isinstance(part.right, Column)
    )


def _pairs(prop: Relation) -> tuple[frozenset[Any], frozenset[Any]]:
    """Return the columns that it compares on its own side, and beyond a table in between."""
    return frozenset(prop.synchronize_pairs), frozenset(prop.secondary_synchronize_pairs or ())


def _mirrored(prop: Relation) -> tuple[frozenset[Any], frozenset[Any]]:
    near, beyond = _pairs(prop)
    return (near, beyond) if prop.secondary is None else (beyond, near)


def _conditions(prop: Relation) -> Iterator[tuple[ColumnElement[bool], int]]:
    near, beyond = _pairs(prop)
    yield prop.primaryjoin, len(near)
    if prop.secondaryjoin is not None:
        yield prop.secondaryjoin, len(beyond)
