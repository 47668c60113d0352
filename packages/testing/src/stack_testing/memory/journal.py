"""What was changed: told to those who listen, and kept as the history of a row."""

from __future__ import annotations

import time
from collections.abc import Mapping
from functools import partial
from typing import Any, Literal

import msgspec
from flask import Flask, current_app, has_app_context

from stack_core.access import find_actor
from stack_core.description import Description, Key
from stack_core.event import Change, changed, changing, tell_changed
from stack_core.request_id import find_request_id

from .schema import Row
from .tables import Snapshot, Tables, Transaction

HISTORY = "history of all kinds"
"""The table of all changes by their number; no kind's word has a blank in it."""
Action = Literal["create", "update", "delete", "restore"]
LARGE = 1000
"""A value that is longer is told by its name only."""


class Entry(msgspec.Struct, frozen=True):
    """A change, with the whole row before and after it."""

    change: Change
    before: Row | None
    after: Row | None


def make_change(
    description: Description,
    action: Action,
    key: Key | None,
    *,
    old: Mapping[str, Any] = {},
    new: Mapping[str, Any] = {},
) -> Change:
    """Return a change that is made now by whoever asks."""
    app = _app()
    return Change(
        kind=description.kind,
        action=action,
        key=key,
        old=_shown(description, old),
        new=_shown(description, new),
        actor=find_actor(app) if app else "",
        request_id=find_request_id() or "",
        at=time.time(),
    )


def keep_change(tables: Tables, transaction: Transaction, entry: Entry) -> None:
    """Write a change into the history."""
    transaction.put(HISTORY, tables.count_up(HISTORY), entry)


def tell_change(transaction: Transaction, change: Change) -> None:
    """Send a change to those who listen: inside the transaction, and after its commit.

    Signals are an application's: without an application context nobody is told.
    """
    app = _app()
    if app is None:
        return
    if changed.has_receivers_for(app):
        transaction.after.append(partial(tell_changed, app, change))
    if changing.has_receivers_for(app):
        changing.send(app, change=change)


def entries_of(tables: Snapshot, kind: str, key: Key) -> list[Entry]:
    """Return what was done to a row, newest first."""
    found = tables.get(HISTORY, {})
    return [
        found[number]
        for number in sorted(found, reverse=True)
        if (found[number].change.kind, found[number].change.key) == (kind, key)
    ]


def _app() -> Flask | None:
    return current_app._get_current_object() if has_app_context() else None  # type: ignore[attr-defined]


def _shown(description: Description, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values that may be told: those that are not appear by name, with None."""
    shown = {}
    for name, value in values.items():
        field = description.by_name.get(name)
        if field is None:
            continue
        large = isinstance(value, str | bytes) and len(value) > LARGE
        shown[name] = value if field.readable and not large else None
    return shown
