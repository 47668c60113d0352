"""Objects of the session as a filter reads them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from stack_core.description import Key
from stack_db.model.kind import Kind


class ObjectReader:
    """One mapped object; it sees everything, as a scope does."""

    def __init__(self, kind: Kind, thing: Any) -> None:
        self.kind = kind
        self.thing = thing

    @property
    def key(self) -> Key:
        """The object's key."""
        values = tuple(getattr(self.thing, name) for name in self.kind.key)
        return values[0] if len(values) == 1 else values

    @property
    def is_deleted(self) -> bool:
        """Whether it is marked as deleted."""
        return bool(self.kind.soft) and getattr(self.thing, self.kind.soft) is not None

    def value(self, path: str) -> Any:
        """Return the value of a path."""
        here = self
        for field in self.kind.description.trail(path):
            found = getattr(here.thing, field.name)
            if field.type != "relation":
                return found
            if found is None or (other := here.other(field.name, found)).is_deleted:
                return None
            here = other
        return here.key

    def some(self, path: str) -> Iterator[ObjectReader]:
        """Yield the objects of a to-many relation."""
        way, _, name = path.rpartition(".")
        here: ObjectReader = self
        for step in way.split(".") if way else ():
            found = getattr(here.thing, step)
            if found is None or (other := here.other(step, found)).is_deleted:
                return
            here = other
        for found in getattr(here.thing, name):
            other = here.other(name, found)
            if not other.is_deleted:
                yield other

    def rule(self, name: str, values: tuple[Any, ...]) -> bool:
        """Tell whether a named rule holds."""
        told = self.kind.rules[name].holds
        assert told is not None
        return told(self.thing, *values)

    def other(self, name: str, thing: Any) -> ObjectReader:
        """Return what a relation leads to."""
        return ObjectReader(self.kind.related(name), thing)
