"""Where stores are found. Apart from what they are, so that an offer costs a start nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .registry import Slot

if TYPE_CHECKING:
    from .store import StoreProvider

__all__ = ["STORES"]

STORES: Slot[StoreProvider] = Slot("stores")
