"""Places for many values: lists, tuples, sets and mappings."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import msgspec
from msgspec import inspect

from .leaf import Test, test_length
from .node import Faults, Node, Path, shorten

NO_LIST = "This is not a list."
NO_OBJECT = "This is not an object."


class ListNode:
    """A place for a list whose items are alike."""

    def __init__(self, item: Node, length: Test) -> None:
        self.item = item
        self.plain = item.plain
        self._length = length

    def count(self, data: Any) -> int:
        """Return how many members its items have."""
        count = self.item.count
        return sum([count(each) for each in data])

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what is wrong with it and with its items."""
        if type(data) is not list:
            return faults.add(path, NO_LIST)
        if (message := self._length(data)) is not None:
            faults.add(path, message)
        check = self.item.check
        for position, each in enumerate(data):
            check(each, (*path, position), faults)
        return None


class TupleNode:
    """A place for a list of which each position has its own type."""

    plain = False

    def __init__(self) -> None:
        self._items: tuple[Node, ...] = ()
        self._least = 0

    def fill(self, items: Sequence[Node], least: int | None = None) -> Self:
        """Set the items, which may lead back to this place, and return it.

        :param least: so many of them must be there; None: all.
        """
        self._items = tuple(items)
        self._least = len(items) if least is None else least
        return self

    def count(self, data: Any) -> int:
        """Return how many members its items have."""
        return sum([item.count(each) for item, each in zip(self._items, data, strict=False)])

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what is wrong with it and with its items."""
        if type(data) is not list:
            return faults.add(path, NO_LIST)
        if not self._least <= len(data) <= len(self._items):
            return faults.add(path, f"This list must have {len(self._items)} items.")
        for position, (item, each) in enumerate(zip(self._items, data, strict=False)):
            item.check(each, (*path, position), faults)
        return None


class MapNode:
    """A place for an object whose members are alike.

    :param keys: the type of their names.
    """

    plain = False

    def __init__(self, info: inspect.DictType, keys: Any, value: Node) -> None:
        self._value = value
        self._keys = None if keys is str else keys
        self._length = test_length(info, "member")

    def count(self, data: Any) -> int:
        """Return how many members it has, and its values."""
        if self._value.plain:
            return len(data)
        count = self._value.count
        return len(data) + sum([count(each) for each in data.values()])

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what is wrong with it, its names and its values."""
        if type(data) is not dict:
            return faults.add(path, NO_OBJECT)
        if (message := self._length(data)) is not None:
            faults.add(path, message)
        for name, each in data.items():
            below = (*path, shorten(name))
            if self._keys is not None and not _is_key(name, self._keys):
                faults.add(below, "This name cannot stand here.", "unknown")
            else:
                self._value.check(each, below, faults)
        return None


def _is_key(name: str, annotation: Any) -> bool:
    try:
        msgspec.convert({name: None}, dict[annotation, None], str_keys=True)
    except msgspec.ValidationError:
        return False
    return True
