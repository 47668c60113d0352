"""Who asks, and what they may do."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal, Protocol

import msgspec

from .description import Description
from .filter import Filter
from .problem import Problem
from .registry import Slot

__all__ = ["ACCESS", "NOBODY", "Access", "AccessProvider", "Identity"]


class Identity(msgspec.Struct, frozen=True):
    """Whoever asks.

    :param key: stable, as text; empty for nobody.
    """

    key: str
    name: str = ""
    kind: Literal["nobody", "person", "token", "system"] = "person"


NOBODY = Identity("", kind="nobody")


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
