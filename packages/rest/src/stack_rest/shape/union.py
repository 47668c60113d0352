"""Places for one of several types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stack_core.draft import NEEDED

from .container import ListNode, TupleNode
from .leaf import Leaf
from .node import NO_CHOICE, Faults, Node, Path
from .thing import Thing


class Union:
    """A place for one of several types: at most one of them takes lists, and objects are told
    apart by their tags.

    :param nodes: the places of the types, without that of None.
    """

    def __init__(self, nodes: Sequence[Node], *, nullable: bool) -> None:
        self._nullable = nullable
        self._nodes = tuple(nodes)
        self._leaves = [node for node in nodes if isinstance(node, Leaf)]
        self._lists = [node for node in nodes if isinstance(node, ListNode | TupleNode)]
        self._objects = [
            node for node in nodes if not isinstance(node, Leaf | ListNode | TupleNode)
        ]
        self._tags = {
            node.tag: node for node in self._objects if isinstance(node, Thing) and node.tag
        }
        self.plain = all(node.plain for node in nodes)

    def count(self, data: Any) -> int:
        """Return how many members a value has, as the type that takes it counts them."""
        node = None if data is None else self._find(data)
        return 0 if node is None else node.count(data)

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what is wrong, as the type says that the value is meant for."""
        if data is None and self._nullable:
            return
        node = self._nodes[0] if len(self._nodes) == 1 else self._find(data)
        if node is not None:
            node.check(data, path, faults)
        elif type(data) is dict and self._tags:
            name = next(iter(self._tags))[0]
            if name in data:
                faults.add((*path, name), NO_CHOICE)
            else:
                faults.add((*path, name), NEEDED, "required")
        else:
            faults.add(path, "This is of none of the types that may stand here.")

    def _find(self, data: Any) -> Node | None:
        """Return the one type that a value can be meant for."""
        if type(data) is list:
            return self._lists[0] if self._lists else None
        if type(data) is dict:
            return self._find_object(data)
        fitting = (leaf for leaf in self._leaves if leaf.test(data) is None)
        alone = self._leaves[0] if len(self._leaves) == 1 else None
        return next(fitting, alone)

    def _find_object(self, data: dict[str, Any]) -> Node | None:
        if len(self._objects) == 1:
            return self._objects[0]
        for (name, value), node in self._tags.items():
            if data.get(name) == value:
                return node
        return None
