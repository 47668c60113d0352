"""JSON Merge Patch inside of fields that are documents, as RFC 7396 has it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

import msgspec

from stack_core.description import Key
from stack_core.document import read_json

from .bound import BoundResource


def merge_documents(bound: BoundResource, key: Key, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values whose objects are merged into the documents that the row has now."""
    merged = dict(values)
    changes = dict(_read_documents(bound, values))
    if changes:
        row = bound.desk.row(key, tuple(changes))
        for (name, change), before in zip(changes.items(), row, strict=True):
            merged[name] = merge(before, change)
    return merged


def has_documents(bound: BoundResource, values: Mapping[str, Any]) -> bool:
    """Tell whether there is anything to merge."""
    return any(_is_document(bound, name, value) for name, value in values.items())


def merge(before: Any, change: Any) -> Any:
    """Return what a change makes of a document."""
    if not isinstance(change, dict):
        return change
    found = dict(before) if isinstance(before, dict) else {}
    for name, value in change.items():
        if value is None:
            found.pop(name, None)
        else:
            found[name] = merge(found.get(name), value)
    return found


def _read_documents(bound: BoundResource, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield what can be merged; what cannot is refused where it is written."""
    seen = {field.name for field in bound.desk.fields()}
    for name, value in values.items():
        if name in seen and _is_document(bound, name, value):
            with suppress(msgspec.ValidationError):
                yield name, read_json(bytes(value))


def _is_document(bound: BoundResource, name: str, value: Any) -> bool:
    field = bound.layout.description.by_name.get(name)
    if field is None or field.type != "json" or not field.readable:
        return False
    return isinstance(value, msgspec.Raw) and bytes(value).lstrip()[:1] == b"{"
