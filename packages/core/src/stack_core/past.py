"""What was done to a row, as far as somebody may know it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any

import msgspec

from .act import Act
from .description import Description, Field
from .event import Change
from .filter import Filter, Is, Rule, Some, parts


def strip(act: Act, changes: Iterable[Change]) -> list[Change]:
    """Return changes, newest first, without what whoever asks may not read.

    A value of the past counts as the row's value now: fields that are hidden,
    secret or lead to rows that are not all seen are left out. Where a scope
    limits the rows, the list ends with the change that moved a field of that
    scope: before it the row was perhaps not theirs to see.
    """
    right = act.right("read")
    assert right is not None
    seen = {field.name for field in act.description.fields if _is_told(act, field)}
    bound = _find_fields(right.scope, act.description)
    found = []
    for change in changes:
        moved = _touches(change, bound)
        old = {} if moved else _only(change.old, seen)
        new = _only(change.new, seen)
        found.append(msgspec.structs.replace(change, old=old, new=new, where=None))
        if moved:
            break
    return found


def _is_told(act: Act, field: Field) -> bool:
    if not act.sees_field(field):
        return False
    if field.type != "relation":
        return True
    return act.sees_kind(act.description.related(field.name), whole=True)


def _find_fields(scope: Filter, description: Description) -> Collection[str]:
    """Return the names of the row's own fields in a scope; of a named rule it may be any."""
    found: set[str] = set()
    for part in parts(scope):
        if isinstance(part, Rule):
            found.update(description.by_name)
        if isinstance(part, Is | Some):
            found.add(part.path.partition(".")[0])
    return found


def _touches(change: Change, names: Collection[str]) -> bool:
    return any(name in change.old or name in change.new for name in names)


def _only(values: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if name in names}
