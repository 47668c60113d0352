"""The paths of one question, found once: what must be allowed to read them all."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from threading import Lock
from typing import Any

import msgspec

from .description import Description
from .filter import TRUE
from .path import Path
from .query import Reach

MOST = 200
"""How many plans are remembered: whoever asks chooses their fields."""


class Step(msgspec.Struct, frozen=True, eq=False):
    """What is read of one kind.

    :param permission: to read it.
    :param names: its fields that stand on the paths.
    :param whole: all of its rows must be seen, for it is kept elsewhere.
    """

    description: Description
    permission: str
    names: frozenset[str]
    whole: bool


class Plan(msgspec.Struct, frozen=True, eq=False):
    """The paths that exist and are read together; they are the same for everybody.

    It says nothing of rights: who may follow it is asked at every act.

    :param order: the paths of the order, down to the key's.
    :param bound: what a cursor of this order is good for.
    :param steps: what must be allowed, by kind; the row's own is the first.
    :param kinds: those that are seen through relations.
    :param open: the reach of who may read all of these kinds.
    """

    order: tuple[Path, ...]
    bound: tuple[str, ...]
    steps: tuple[Step, ...]
    kinds: tuple[Description, ...]
    open: Reach


class Plans:
    """The plans of one kind that were met, of which the oldest go when there are too many."""

    def __init__(self) -> None:
        self._found: dict[Any, Plan] = {}
        self._lock = Lock()

    @classmethod
    def of(cls, description: Description) -> Plans:
        """Return the plans of a kind, the same object each time."""
        held = vars(description)
        found: Plans = held.get("_plans") or held.setdefault("_plans", cls())
        return found

    def find(self, fields: Sequence[str], order: Sequence[str] = ()) -> Plan | None:
        """Return the plan of fields and an order if it was met before."""
        if type(fields) is not tuple or type(order) is not tuple:
            return None
        try:
            return self._found.get((fields, order))
        except TypeError:  # something in it is no text
            return None

    def keep(self, fields: Sequence[str], order: Sequence[str], plan: Plan) -> None:
        """Remember a plan."""
        with self._lock:
            while len(self._found) >= MOST:
                del self._found[next(iter(self._found))]
            self._found[tuple(fields), tuple(order)] = plan


def make_plan(fields: Iterable[Path], signs: Sequence[str], order: Sequence[Path]) -> Plan:
    """Return the plan of paths, each of which was found to be there.

    :param signs: the order as it was asked for. ``order``: its paths, down to the key's.
    """
    paths = (*fields, *order)
    kinds = {kind.kind: kind for path in paths for kind in path.kinds}
    bound = (
        order[-1].description.kind,
        *signs,
        *(column.type for path in order for column in path.columns),
    )
    return Plan(
        tuple(order),
        bound,
        tuple(_find_steps(paths)),
        tuple(kinds.values()),
        Reach(through=tuple((word, TRUE) for word in kinds)),
    )


def _find_steps(paths: Sequence[Path]) -> Iterator[Step]:
    own = paths[-1].description  # an order ends at the row's own key
    met = {own.kind: own}
    names: dict[str, set[str]] = {}
    for path in paths:
        for description, name in path.steps:
            met[description.kind] = description
            names.setdefault(description.kind, set()).add(name)
        met.update((kind.kind, kind) for kind in path.kinds)
    far = frozenset[str]().union(*(path.far for path in paths))
    for word, description in met.items():
        known = frozenset(names.get(word, ()))
        yield Step(description, f"{word}.read", known, word in far)
