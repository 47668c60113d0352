"""Places for objects with fields: Structs, dataclasses, typed dictionaries."""

from __future__ import annotations

from typing import Any

import msgspec

from stack_core.draft import NEEDED

from .container import NO_OBJECT
from .leaf import Leaf, Test
from .node import NO_CHOICE, UNKNOWN, Faults, Node, Path, Suspect, shorten

_ABSENT = object()
_DEEPEST_JUDGED = 20


class Member(msgspec.Struct, frozen=True):
    """One field of an object, by the name that it has in JSON."""

    name: str
    node: Node
    required: bool

    @property
    def test(self) -> Test | None:
        """Tells what is wrong with a value without parts."""
        return self.node.test if isinstance(self.node, Leaf) else None


class Thing:
    """A place for an object with fields; it has no others, whatever its class says.

    :param cls: reads it, and may refuse what its fields alone do not show.
    :param tag: the name and value that tell it from others, or None.
    """

    plain = False

    def __init__(self, cls: Any, tag: tuple[str, Any] | None) -> None:
        self.cls = cls
        self.tag = tag
        self._judges = hasattr(cls, "__post_init__")
        self._members: tuple[tuple[Member, Test | None], ...] = ()
        self._names: frozenset[str] = frozenset()
        self._deep: tuple[tuple[str, Any], ...] = ()

    def fill(self, members: list[Member]) -> None:
        """Set the fields, which may lead back to this place."""
        self._members = tuple((member, member.test) for member in members)
        tag = {self.tag[0]} if self.tag is not None else set()
        self._names = frozenset({member.name for member in members} | tag)
        self._deep = tuple((each.name, each.node.count) for each in members if not each.node.plain)

    def count(self, data: Any) -> int:
        """Return how many members it has, and those inside.

        :raises Suspect: it has one that nobody declared.
        """
        if not self._names.issuperset(data):
            raise Suspect
        found = len(data)
        for name, count in self._deep:
            value = data.get(name)
            if value is not None:
                found += count(value)
        return found

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what is wrong with it and with its fields."""
        if type(data) is not dict:
            return faults.add(path, NO_OBJECT)
        before = len(faults)
        if self.tag is not None and data.get(self.tag[0], self.tag[1]) != self.tag[1]:
            return faults.add((*path, self.tag[0]), NO_CHOICE)
        self._check_members(data, path, faults)
        if not self._names.issuperset(data):
            for name in [each for each in data if each not in self._names]:
                faults.add((*path, shorten(name)), UNKNOWN, "unknown")
        # Each judges all that is inside once more: so many levels, that nobody can make it slow.
        if self._judges and len(faults) == before and len(path) < _DEEPEST_JUDGED:
            self._judge(data, path, faults)
        return None

    def _check_members(self, data: dict[str, Any], path: Path, faults: Faults) -> None:
        for member, test in self._members:
            value = data.get(member.name, _ABSENT)
            if value is _ABSENT:
                if member.required:
                    faults.add((*path, member.name), NEEDED, "required")
            elif test is None:
                member.node.check(value, (*path, member.name), faults)
            elif (message := test(value)) is not None:
                faults.add((*path, member.name), message)

    def _judge(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what the class itself refuses in ``__post_init__``."""
        try:
            msgspec.convert(data, self.cls, str_keys=True)
        except msgspec.ValidationError as error:
            faults.add(path, clean(error))


def clean(error: msgspec.ValidationError) -> str:
    """Return what an error says, without the place."""
    text = str(error).rpartition(" - at `")[0] or str(error)
    return text if text.endswith((".", "!", "?")) else f"{text}."
