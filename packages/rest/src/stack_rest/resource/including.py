"""Rows of relations beside each item: two statements at most for each relation."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from stack_core.description import Field, Key
from stack_core.filter import Is
from stack_core.problem import BadQuery
from stack_core.query import Query

from .bound import BoundResource
from .items import fill

KEYS_AT_ONCE = 500
"""How many keys one statement names."""


def include(
    bound: BoundResource, names: Sequence[str], items: Sequence[Any], keys: Sequence[Key]
) -> None:
    """Put the rows of some relations into ``included`` of each item."""
    for name in names:
        field = bound.layout.description.by_name[name]
        other = bound.find(field.relation)
        leads = _find_leads(bound, field, keys)
        rows = _read_rows(other, dict.fromkeys(key for each in leads.values() for key in each))
        for item, key in zip(items, keys, strict=True):
            found = [rows[each] for each in leads.get(key, ()) if each in rows]
            item.included[name] = found if field.many else (found[0] if found else None)


def list_keys(
    bound: BoundResource, names: Sequence[str], items: Sequence[Any], keys: Sequence[Key]
) -> None:
    """Set the fields of items that are lists of keys."""
    for name in names:
        field = bound.layout.description.by_name[name]
        fill(items, keys, _find_leads(bound, field, keys), name)


def _find_leads(bound: BoundResource, field: Field, keys: Sequence[Key]) -> dict[Key, list[Key]]:
    """Return where each of the rows leads to.

    :raises BadQuery: it is more than a page has.
    """
    if not keys:
        return {}
    if not field.many:
        return _find_one(bound, field, keys)
    most = bound.settings.page_limit
    pairs = bound.desk.links(field.name, keys, limit=most + 1)
    if len(pairs) > most:
        raise BadQuery(
            f"{field.name!r} of these has more than {most} rows. Ask for fewer items, or for the"
            " list of one."
        )
    found: dict[Key, list[Key]] = {}
    for key, other in pairs:
        found.setdefault(key, []).append(other)
    return found


def _find_one(bound: BoundResource, field: Field, keys: Sequence[Key]) -> dict[Key, list[Key]]:
    found: dict[Key, list[Key]] = {}
    for start in range(0, len(keys), KEYS_AT_ONCE):
        part = list(keys[start : start + KEYS_AT_ONCE])
        query = Query(fields=(field.name,), where=Is("", "in", part), limit=len(part))
        page = bound.desk.page(query)
        for key, (other,) in zip(page.keys, page.rows, strict=True):
            found[key] = [] if other is None else [other]
    return found


def _read_rows(other: BoundResource, keys: dict[Key, None]) -> dict[Key, Any]:
    """Return the items of another resource by their keys."""
    wanted = list(keys)
    found: dict[Key, Any] = {}
    for start in range(0, len(wanted), KEYS_AT_ONCE):
        part = wanted[start : start + KEYS_AT_ONCE]
        found |= other.narrowing(_plain(other), partial(_read, other, part))
    return found


def _plain(other: BoundResource) -> tuple[str, ...]:
    """Return the fields of another resource that cost no statement of their own."""
    return tuple(name for name in other.layout.read if name not in other.layout.many)


def _read(
    other: BoundResource, keys: Sequence[Key], names: tuple[str, ...], tagged: bool
) -> dict[Key, Any]:
    shape = other.shapes.find(names)
    query = Query(fields=shape.paths, where=Is("", "in", list(keys)), limit=len(keys))
    page = other.desk.page(query)
    return dict(zip(page.keys, shape.make_all(page.rows, page.keys), strict=True))
