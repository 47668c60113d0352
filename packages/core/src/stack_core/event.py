"""Telling others what was changed, whoever changed it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from blinker import NamedSignal, Namespace
from flask import Flask

from .description import Key
from .filter import Filter
from .request_id import find_request_id

__all__ = ["Change", "changed", "changing", "tell_changed"]


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One change that was made.

    :param kind: the word of what was changed.
    :param key: None for many rows at once; then ``where`` and ``count`` say which.
    :param old: values before it, as far as they are known. Secret, write-only
        and large ones appear by name, with None.
    :param new: those that were written.
    :param actor: the identity's key, empty for nobody.
    :param at: seconds since 1970.
    """

    kind: str
    action: Literal["create", "update", "delete", "restore"]
    key: Key | None
    old: Mapping[str, Any] = {}
    new: Mapping[str, Any] = {}
    where: Filter | None = None
    count: int = 1
    actor: str = ""
    request_id: str = ""
    at: float = 0.0


_signals = Namespace()
changing: NamedSignal = _signals.signal("changing")
"""Sent as ``changing.send(app, change=change)`` inside the transaction.

What a receiver writes stands or falls with the change; what it raises undoes
the change and reaches the caller.
"""
changed: NamedSignal = _signals.signal("changed")
"""Sent as ``changed.send(app, change=change)`` after the commit.

Receivers may use the database.
"""


def tell_changed(app: Flask, change: Change) -> None:
    """Send ``changed`` to every receiver; stores call it when their commit has returned.

    What a receiver raises is logged: the change stands, and other receivers
    hear of it too.
    """
    for receiver in changed.receivers_for(app):
        try:
            receiver(app, change=change)
        except Exception:
            app.logger.exception(
                "A receiver of 'changed' failed after a %s of %s (request %s).",
                change.action,
                change.kind,
                change.request_id or find_request_id() or "none",
            )
