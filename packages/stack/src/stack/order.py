"""The order in which members are set up: what is needed comes first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol, TypeVar


class Ordered(Protocol):
    """What has a place in the order. Without a name nothing can wait for it."""

    @property
    def name(self) -> str | None: ...

    @property
    def waits_for(self) -> tuple[str, ...]: ...


T = TypeVar("T", bound=Ordered)


class CycleError(ValueError):
    """No order exists.

    :param names: the circle, which ends with the name that it began with.
    """

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(" → ".join(names))
        self.names = tuple(names)


def arrange(members: Sequence[T]) -> list[T]:
    """Return the members so that each follows what it waits for, else as they were given.

    Names that no member has are passed over.

    :raises CycleError: some wait for each other.
    """
    named = {member.name: member for member in members if member.name is not None}
    waiting = list(members)
    arranged: list[T] = []
    done: set[str | None] = set()
    while waiting:
        ready = next(
            (m for m in waiting if all(n in done or n not in named for n in m.waits_for)), None
        )
        if ready is None:
            raise CycleError(_find_circle(waiting[0], named, done))
        waiting.remove(ready)
        arranged.append(ready)
        done.add(ready.name)
    return arranged


def _find_circle(start: T, named: Mapping[str, T], done: set[str | None]) -> list[str]:
    """Follow what is waited for until a name comes again; all that wait do so for a waiter."""
    path: list[str] = []
    member = start
    while member.name is None or member.name not in path:
        if member.name is not None:
            path.append(member.name)
        member = next(named[n] for n in member.waits_for if n in named and n not in done)
    return [*path[path.index(member.name) :], member.name]
