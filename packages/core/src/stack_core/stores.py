"""Where stores are found. Apart from what they are, so that an offer costs a start nothing."""

from __future__ import annotations

from typing import Any, Protocol

from .registry import Slot

__all__ = ["STORES"]


class StoreProvider(Protocol):
    """Finds stores."""

    def find_store(self, thing: object) -> Any | None:
        """Return the store of a class or of a kind's word, or None where it is not kept here.

        What it returns is a :class:`~stack_core.store.Store`, whose module need not be imported
        to offer this.
        """
        ...


STORES: Slot[StoreProvider] = Slot("stores")
"""Who finds stores; many may offer to."""
