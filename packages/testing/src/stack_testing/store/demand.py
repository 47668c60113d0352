"""What a test of the contract needs a store to be able to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, TypeVar, get_args

from stack_core.store import Ability

Demand = Literal["write", "soft", "rules", "statements", "session"]
"""What the contract demands beside the abilities of a store.

``write``: it can be written to. ``soft``: a kind marks its rows as deleted.
``rules``: named rules. ``statements``: :meth:`StoreStand.statements` tells
what goes to a database. ``session``: callers have a session of their own.
"""
ABILITIES: tuple[str, ...] = get_args(Ability)
DEMANDS: tuple[str, ...] = get_args(Demand)

F = TypeVar("F", bound=Callable[..., Any])


def needs(*demands: Ability | Demand) -> Callable[[F], F]:
    """Mark a test that is left out where a contract exempts one of these."""

    def mark(function: F) -> F:
        function.__demands__ = demands  # type: ignore[attr-defined]
        return function

    return mark


def demands_of(function: object) -> tuple[str, ...]:
    """Return what a test needs."""
    return tuple(getattr(function, "__demands__", ()))
