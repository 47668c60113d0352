"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Collection
from contextvars import ContextVar
from typing import Literal, Protocol

import msgspec
from flask import Flask, has_request_context

from .description import Description
from .filter import FALSE, Filter
from .problem import Denied, Problem
from .registry import Registry, Slot

__all__ = [
    "ACCESS",
    "NOBODY",
    "Access",
    "AccessProvider",
    "Identity",
    "find_access",
    "find_actor",
]


class Identity(msgspec.Struct, frozen=True):
    """Whoever asks.

    :param key: stable, as text; empty for nobody.
    """

    key: str
    name: str = ""
    kind: Literal["nobody", "person", "token", "system"] = "person"


NOBODY = Identity("", kind="nobody")
"""Whoever is not signed in."""


class Access(Protocol):
    """What one identity may do, for one request."""

    @property
    def identity(self) -> Identity:
        """Who asks."""
        ...

    def allows(self, permission: str) -> bool:
        """Tell whether a permission, such as ``book.update``, is given."""
        ...

    def scope(self, permission: str, description: Description) -> Filter:
        """Return which rows the permission is for; asked only where it is given."""
        ...

    def hidden(self, permission: str, description: Description) -> Collection[str]:
        """Return the fields that the permission does not reach."""
        ...

    def refusal(self, permission: str) -> Problem:
        """Return what to raise: 401 for nobody, 403, or the way to confirm who one is."""
        ...


class AccessProvider(Protocol):
    """Finds out who asks."""

    def access(self) -> Access:
        """Return the access of the current request; the same object all through it."""
        ...


ACCESS: Slot[AccessProvider] = Slot("access")
"""Who finds out who asks; one on an application."""


class _NoAccess:
    """Nobody says who may, so nobody may."""

    identity = NOBODY

    def allows(self, permission: str) -> bool:
        return False

    def scope(self, permission: str, description: Description) -> Filter:
        return FALSE

    def hidden(self, permission: str, description: Description) -> Collection[str]:
        return description.by_name

    def refusal(self, permission: str) -> Problem:
        return Denied("You may not do this.")


_NO_ACCESS = _NoAccess()
_asking: ContextVar[bool] = ContextVar("stack_asking_access", default=False)


def find_access(app: Flask) -> Access:
    """Return what whoever asks may do; without a provider that is nothing."""
    provider = Registry.of(app).find(ACCESS)
    if provider is None:
        return _NO_ACCESS
    token = _asking.set(True)
    try:
        return provider.access()
    finally:
        _asking.reset(token)


def find_actor(app: Flask) -> str:
    """Return the key of whoever makes the current request, or an empty text.

    Events name it. It never raises: what a provider raises is logged. While
    access is being found out it is empty, so that a provider may write too.
    """
    if _asking.get() or not has_request_context():
        return ""
    try:
        return find_access(app).identity.key
    except Exception:
        app.logger.exception("Who makes this request could not be found out.")
        return ""
