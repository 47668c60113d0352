"""Rows of relations beside each item: two statements at most for each relation."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from stack_core.description import Field, Key
from stack_core.filter import Is
from stack_core.query import Query

from .bound import BoundResource
from .items import fill

KEYS_AT_ONCE = 500
"""How many keys one statement names."""
KEYS_FOR_ROW = 10
"""How many keys an answer may list where it could include one row."""
ROUNDS = 10
"""How often rows are asked once more, without those that have too many."""


def include(
    bound: BoundResource, names: Sequence[str], items: Sequence[Any], keys: Sequence[Key]
) -> None:
    """Put the rows of some relations into ``included`` of each item.

    To-many relations that do not fit into the answer any more are None.

    :raises Denied: whoever asks may not read what one of them leads to.
    """
    most = bound.settings.page_limit
    for name in names:
        field = bound.layout.description.by_name[name]
        other = bound.find(field.relation)
        bound.neighbour(name).require("read")
        many = field.many
        leads = Leads(bound, field, most).find(keys) if many else _find_one(bound, field, keys)
        wanted = dict.fromkeys(key for each in leads.values() for key in each or ())
        rows = _read_rows(other, wanted)
        for item, key in zip(items, keys, strict=True):
            item.included[name] = _pick(field, leads.get(key, []), rows)


def list_keys(
    bound: BoundResource, names: Sequence[str], items: Sequence[Any], keys: Sequence[Key]
) -> None:
    """Set the fields of items that are lists of keys: None where there are too many."""
    most = bound.settings.page_limit * KEYS_FOR_ROW
    for name in names:
        field = bound.layout.description.by_name[name]
        fill(items, keys, Leads(bound, field, most).find(keys), name)


def _pick(field: Field, leads: list[Key] | None, rows: Mapping[Key, Any]) -> Any:
    """Return what is included for one item: what it leads to and may be seen."""
    if leads is None:
        return None
    found = [rows[each] for each in leads if each in rows]
    return found if field.many else (found[0] if found else None)


class Leads:
    """Where a to-many relation leads to from each row of an answer.

    Of each row it is all or nothing: a list that was cut short would be taken for the whole, and
    sent back as one.

    :param most: pairs of the answer.
    """

    def __init__(self, bound: BoundResource, field: Field, most: int) -> None:
        self._desk = bound.desk
        self._name = field.name
        self._most = most

    def find(self, keys: Sequence[Key]) -> dict[Key, list[Key] | None]:
        """Return where each of the rows leads to; None: the answer has no room for it.

        Rows that lead nowhere may be missing.
        """
        found: dict[Key, list[Key] | None] = {}
        waiting, left = list(keys), self._most
        for _ in range(ROUNDS):
            pairs = self._desk.links(self._name, waiting, limit=left + 1) if waiting else []
            read: dict[Key, list[Key]] = {}
            for key, other in pairs:
                read.setdefault(key, []).append(other)
            if len(pairs) <= left:
                return {**found, **read}
            large, _ = read.popitem()  # the last was cut off
            found |= read
            found[large] = None
            left -= sum(map(len, read.values()))
            waiting = [key for key in waiting if key not in found]
        return {**found, **dict.fromkeys(waiting)}


def _find_one(
    bound: BoundResource, field: Field, keys: Sequence[Key]
) -> dict[Key, list[Key] | None]:
    found: dict[Key, list[Key] | None] = {}
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
