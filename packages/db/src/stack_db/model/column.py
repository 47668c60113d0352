"""The fields that are columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.orm import ColumnProperty, Mapper

from stack_core.description import Choice, Field
from stack_core.naming import make_label

from ..declaration import read_info
from .constraint import find_bounds, find_unique
from .default import find_default
from .hint import find_hint
from .shape import DEFAULT_PYTHON, SORTABLE, Shape, find_shape

_SAID = (
    "help", "searchable", "secret", "write_only", "read_only", "create_only", "filter", "order",
    "pattern", "ge", "le", "min_length", "max_length", "naive",
)  # fmt: skip


class Left(Exception):
    """An attribute is no field; its text says why."""


class Tables:
    """What the tables of one class say about their columns, read once."""

    def __init__(self, mapper: Mapper[Any]) -> None:
        tables = [table for table in mapper.tables if isinstance(table, Table)]
        self._unique = {table: find_unique(table) for table in tables}
        self._bounds = {table: find_bounds(table) for table in tables}

    def is_unique(self, column: Column[Any]) -> bool:
        """Tell whether no two rows have the same value."""
        return column.key in self._unique.get(column.table, ())

    def bounds(self, column: Column[Any]) -> Mapping[str, int | float]:
        """Return the bounds that checks demand, by a field's parameter."""
        return self._bounds.get(column.table, {}).get(column.name, {})


def find_info(prop: ColumnProperty[Any]) -> dict[Any, Any]:
    """Return what the property and its columns say."""
    info: dict[Any, Any] = {}
    for column in reversed(prop.columns):
        info.update(getattr(column, "info", {}))
    return info | prop.info


def find_column(mapper: Mapper[Any], prop: ColumnProperty[Any]) -> Column[Any] | None:
    """Return the column of an attribute, of a key's several the first class's; or None."""
    for column in prop.columns:
        if any(column is each for each in mapper.primary_key):
            return column if isinstance(column, Column) else None
    first = prop.columns[0]
    return first if isinstance(first, Column) else None


def describe_column(
    mapper: Mapper[Any], prop: ColumnProperty[Any], column: Column[Any], tables: Tables
) -> Field:
    """Return the field of an attribute that is a column.

    :raises Left: it cannot be a field.
    """
    name, place = prop.key, f"{mapper.class_.__name__}.{prop.key}"
    known, hints = read_info(find_info(prop), place)
    default = find_default(mapper.class_, name, column)
    key = any(column is each for each in mapper.primary_key)
    facts = {
        "nullable": bool(column.nullable),
        "required": not (column.nullable or default.fills),
        "default": default.value,
        "unique": tables.is_unique(column),
        "read_only": (key and default.fills) or _is_made(column) or _is_mappers(mapper, column),
        "create_only": key,
        "local": (name,),
        **tables.bounds(column),
    }
    shape = find_shape(column.type, find_hint(mapper.class_, name))
    return make_field(name, place, shape, known, facts, hints)


def make_field(
    name: str,
    place: str,
    shape: Shape | None,
    known: Mapping[str, Any],
    facts: Mapping[str, Any],
    hints: Mapping[str, Any],
) -> Field:
    """Return a field: what its type is, then what its table says, then what its model says.

    :raises Left: nobody can tell what its values are.
    :raises TypeError: the model says what cannot be.
    """
    if name.startswith("_") and not known:
        raise Left("its name begins with an underscore")
    shape = _declared_shape(shape, known)
    if shape is None:
        raise Left("its type is unknown; say about(type=…) to make it a field")
    values = {**msgspec.structs.asdict(shape), **_merge(shape, facts)}
    values.update((word, known[word]) for word in _SAID if word in known)
    if "required" in known:
        values["required"] = known["required"]
    if "choices" in known:
        values["choices"] = tuple(_choice(each) for each in known["choices"])
    if values["read_only"] or known.get("read_only"):
        values["required"] = False
    if values.get("secret") or values.get("write_only"):
        values.update(filter=False, order=False)
    if "max_length" in known and "order" not in known and shape.type == "text":
        values["order"] = known["max_length"] <= SORTABLE
    if values.get("searchable"):
        _check_searchable(place, values)
    return Field(name=name, label=known.get("label", make_label(name)), hints=hints, **values)


def _declared_shape(shape: Shape | None, known: Mapping[str, Any]) -> Shape | None:
    type_ = known.get("type")
    if type_ is None or (shape is not None and shape.type == type_):
        return shape
    sorts = type_ not in ("json", "binary")
    python = DEFAULT_PYTHON.get(type_, str if type_ == "enum" else Any)
    return Shape(type=type_, python=python, filter=sorts, order=sorts)


def _merge(shape: Shape, facts: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts, of bounds the tighter ones."""
    merged = dict(facts)
    if shape.read_only:
        merged["read_only"] = True
    for name, tighter in (("ge", max), ("le", min), ("max_length", min)):
        own, other = getattr(shape, name), facts.get(name)
        if own is not None and other is not None:
            merged[name] = tighter(own, other)
    return merged


def _choice(said: Any) -> Choice:
    if isinstance(said, Choice):
        return said
    if isinstance(said, (tuple, list)) and len(said) == 2:
        return Choice(*said)
    return Choice(said, make_label(str(said)))


def _check_searchable(place: str, values: Mapping[str, Any]) -> None:
    if values["type"] != "text":
        raise TypeError(
            f"{place} is searchable, but of type {values['type']}."
            " Take 'searchable' from it: a search looks into text."
        )
    if values.get("secret") or values.get("write_only"):
        raise TypeError(
            f"{place} is searchable, but nobody may read it. Take 'searchable' from it."
        )


def _is_made(column: Column[Any]) -> bool:
    """Tell whether the database alone makes the values."""
    identity = column.identity
    return column.computed is not None or (identity is not None and bool(identity.always))


def _is_mappers(mapper: Mapper[Any], column: Column[Any]) -> bool:
    """Tell whether the mapper writes it: the version, and what tells the class."""
    return column is mapper.version_id_col or column is mapper.polymorphic_on
