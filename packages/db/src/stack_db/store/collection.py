"""The collections of to-many relations, of whatever class a model has chosen for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import object_session
from sqlalchemy.orm.collections import collection_adapter


def members(found: Any, name: str) -> list[Any]:
    """Return the objects that a to-many relation of an object leads to."""
    value = getattr(found, name)
    if _is_loaded(found, name):
        return list(collection_adapter(value))
    session = object_session(found)
    # A 'write_only' collection can be asked by a statement only; a 'dynamic' one is a query.
    if session is None:
        return []
    if hasattr(value, "all"):
        return list(value.all())
    return list(session.scalars(value.select()))


def replace_members(found: Any, name: str, wanted: Iterable[Any]) -> None:
    """Make a to-many relation lead to these objects, with what the model does on each change."""
    before, after = members(found, name), list(wanted)
    gone = [each for each in before if each not in after]
    come = [each for each in after if each not in before]
    value = getattr(found, name)
    if not _is_loaded(found, name):
        for each in gone:
            value.remove(each)
        for each in come:
            value.add(each)
        return
    adapter = collection_adapter(value)
    for each in gone:
        adapter.remove_with_event(each)
    for each in come:
        adapter.append_with_event(each)


def _is_loaded(found: Any, name: str) -> bool:
    """Tell whether a relation's objects are there as one collection."""
    lazy = inspect(type(found)).relationships[name].lazy
    return lazy not in ("dynamic", "write_only")
