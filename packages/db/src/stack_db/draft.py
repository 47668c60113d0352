"""A change with all of its values, and what of it may be told."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, TypedDict, Unpack

import msgspec

from stack_core.description import Description, Field, Key
from stack_core.event import Change
from stack_core.filter import Filter
from stack_core.request_id import find_request_id

from . import actor

if TYPE_CHECKING:
    from .model.kind import Kind

Action: TypeAlias = Literal["create", "update", "delete", "restore"]

LARGE = 1000
"""The most characters or bytes of a value that an event carries."""


class Values(TypedDict, total=False):
    """What is told of a change besides what it was done to; as in :class:`Change`."""

    old: Mapping[str, Any] | None
    new: Mapping[str, Any] | None
    where: Filter | None
    count: int


class Draft(msgspec.Struct, frozen=True):
    """A change with all of its values, of which a :class:`Change` carries some."""

    kind: Any
    change: Change

    def told(self) -> Change:
        """Return what may be told: what is secret, write-only or large by name only."""
        description = self.kind.description
        return msgspec.structs.replace(
            self.change,
            old=_tellable(description, self.change.old),
            new=_tellable(description, self.change.new),
        )


def draft(
    kind: Kind,
    action: Action,
    key: Key | None,
    **values: Unpack[Values],
) -> Draft:
    """Return a change of now, by whoever asks."""
    change = Change(
        kind=kind.description.kind,
        action=action,
        key=key,
        old=values.get("old") or {},
        new=values.get("new") or {},
        where=values.get("where"),
        count=values.get("count", 1),
        actor=actor.find_key(),
        request_id=find_request_id() or "",
        at=time.time(),
    )
    return Draft(kind, change)


def is_large(value: Any) -> bool:
    """Tell whether a value is more than an event carries."""
    if isinstance(value, (str, bytes)):
        return len(value) > LARGE
    if isinstance(value, (dict, list)):
        return len(msgspec.json.encode(value, enc_hook=str)) > LARGE
    return False


def is_hidden(field: Field | None) -> bool:
    """Tell whether a field's values are told by name only."""
    return field is not None and not field.readable


def _tellable(description: Description, values: Mapping[str, Any]) -> Mapping[str, Any]:
    fields = description.by_name
    return {
        name: None if is_hidden(fields.get(name)) or is_large(value) else value
        for name, value in values.items()
    }
