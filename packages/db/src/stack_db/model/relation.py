"""The fields that are relations, and the columns that fold into them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import Column, Table
from sqlalchemy.orm import Mapper, RelationshipDirection, RelationshipProperty
from sqlalchemy.sql import ColumnElement

from stack_core.description import Field
from stack_core.naming import make_label

from ..declaration import read_info
from .column import find_info
from .inverse import find_inverse, is_plain


class Link(msgspec.Struct, frozen=True, eq=False):
    """A many-to-one relation whose foreign key is the other's whole key.

    :param local: the attributes of the foreign key, in the order of the other's key.
    :param folded: those of them that are no fields of their own.
    """

    prop: RelationshipProperty[Any]
    local: tuple[str, ...]
    folded: tuple[str, ...] = ()


def find_links(mapper: Mapper[Any]) -> dict[str, Link]:
    """Return the relations that hold the other's key, by name."""
    links = {}
    for prop in mapper.relationships:
        if (local := _find_local(mapper, prop)) is not None:
            links[prop.key] = Link(prop, local)
    uses = Counter(
        mapper.get_property_by_column(column).key
        for prop in mapper.relationships
        if prop.direction is RelationshipDirection.MANYTOONE and not prop.viewonly
        for column in prop.local_columns
        if mapper.columns.contains_column(column)
    )
    return {
        name: msgspec.structs.replace(
            link, folded=tuple(attribute for attribute in link.local if uses[attribute] == 1)
        )
        if not link.prop.viewonly
        else link
        for name, link in links.items()
    }


def describe_relation(
    mapper: Mapper[Any],
    prop: RelationshipProperty[Any],
    link: Link | None,
    columns: Mapping[str, Field],
    key: tuple[Field, ...],
    word: str,
) -> Field:
    """Return the field of a relation.

    :param columns: the fields of the columns, also of those that fold.
    :param key: the other's.
    :param word: the other's.
    """
    place = f"{mapper.class_.__name__}.{prop.key}"
    known, hints = read_info(prop.info, place)
    local = link.local if link is not None else ()
    own = [columns[name] for name in local]
    for each in own:
        said, more = read_info(find_info(mapper.column_attrs[each.name]), place)
        known, hints = said | known, more | hints
    many = bool(prop.uselist)
    # A list of keys can be written where a table between the two holds it.
    listed = prop.direction is RelationshipDirection.MANYTOMANY
    written = (bool(own) or listed) and not prop.viewonly
    values: dict[str, Any] = {
        "required": written and any(each.required for each in own),
        "nullable": not many and (not own or any(each.nullable for each in own)),
        "unique": len(own) == 1 and own[0].unique,
        "default": own[0].default if len(own) == 1 else msgspec.UNSET,
        "read_only": not written or any(each.read_only for each in own),
        "create_only": any(each.create_only for each in own),
        "order": not many and len(key) == 1 and key[0].order,
        "ge": key[0].ge if len(key) == 1 else None,
        "le": key[0].le if len(key) == 1 else None,
    }
    for word_said in (
        "help",
        "read_only",
        "create_only",
        "write_only",
        "secret",
        "filter",
        "order",
    ):
        if word_said in known:
            values[word_said] = known[word_said]
    if not written and not values["read_only"]:
        raise TypeError(
            f"{place} cannot be written: it does not hold the other's key."
            " Take 'read_only' from it."
        )
    if "required" in known or values["read_only"]:
        values["required"] = known.get("required", False) and not values["read_only"]
    if values.get("secret") or values.get("write_only"):
        values.update(filter=False, order=False)
    python = tuple(each.python for each in key)
    return Field(
        name=prop.key,
        type="relation",
        python=python[0] if len(python) == 1 else tuple[python],  # type: ignore[valid-type]
        label=known.get("label", make_label(prop.key)),
        relation=word,
        many=many,
        inverse=find_inverse(mapper, prop),
        far=_bind_of(mapper) != _bind_of(prop.mapper),
        local=local,
        hints=hints,
        **values,
    )


def _find_local(mapper: Mapper[Any], prop: RelationshipProperty[Any]) -> tuple[str, ...] | None:
    """Return the attributes that hold the other's whole key, or None where none do."""
    if prop.direction is not RelationshipDirection.MANYTOONE or prop.uselist:
        return None
    pairs = {remote: local for local, remote in prop.local_remote_pairs or ()}
    other = prop.mapper.primary_key
    if len(pairs) != len(other) or not is_plain(prop.primaryjoin, len(pairs)):
        return None
    wanted = [_find_remote(prop.mapper, column, pairs) for column in other]
    held = [each for each in wanted if each is not None and mapper.columns.contains_column(each)]
    if len(held) != len(other):
        return None
    return tuple(mapper.get_property_by_column(column).key for column in held)


def _find_remote(
    other: Mapper[Any], column: ColumnElement[Any], pairs: Mapping[Any, Any]
) -> Column[Any] | None:
    """Return the local column of a key's column, which a joined class has more than once."""
    for same in other.get_property_by_column(column).columns:
        if same in pairs:
            found: Column[Any] = pairs[same]
            return found
    return None


def _bind_of(mapper: Mapper[Any]) -> str | None:
    for table in mapper.tables:
        if isinstance(table, Table):
            return table.metadata.info.get("bind_key")
    return None
