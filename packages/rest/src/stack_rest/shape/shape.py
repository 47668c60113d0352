"""A type as places, read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin

from msgspec import inspect

from .container import ListNode, MapNode, TupleNode
from .leaf import make_leaf, test_length
from .model import ModelNode, is_model
from .node import Node, Whatever
from .thing import Member, Thing
from .union import Union

_LISTS = (
    inspect.ListType,
    inspect.SetType,
    inspect.FrozenSetType,
    inspect.CollectionType,
    inspect.VarTupleType,
)


def make_shape(annotation: Any) -> Node:
    """Return the place of a type.

    :raises TypeError: JSON cannot be read as it.
    """
    return _Maker().make(inspect.type_info(annotation))


def strip_notes(annotation: Any) -> Any:
    """Return a type without what was noted on it."""
    return strip_notes(get_args(annotation)[0]) if _is_noted(annotation) else annotation


def _is_noted(annotation: Any) -> bool:
    return get_origin(annotation) is Annotated


class _Maker:
    """Makes places; each class has one, so that a class may lead back to itself."""

    def __init__(self) -> None:
        self._made: dict[int, Node] = {}
        self._kept: list[inspect.Type] = []

    def make(self, info: Any) -> Node:
        """Return the place of what msgspec describes."""
        if isinstance(info, inspect.Metadata):
            return self.make(info.type)
        if isinstance(info, inspect.AnyType | inspect.RawType):
            return Whatever()
        if isinstance(info, _LISTS):
            return ListNode(self.make(info.item_type), test_length(info, "item"))
        if isinstance(info, inspect.TupleType):
            return TupleNode().fill([self.make(each) for each in info.item_types])
        if isinstance(info, inspect.DictType):
            return MapNode(info, _find_keys(info), self.make(info.value_type))
        if isinstance(info, inspect.UnionType):
            return self._make_union(info.types)
        if hasattr(info, "fields"):
            return self._made.get(id(info)) or self._make_thing(info)
        if isinstance(info, inspect.CustomType) and is_model(info.cls):
            return ModelNode(info.cls)
        return make_leaf(info)

    def _make_union(self, types: Sequence[inspect.Type]) -> Node:
        others = [each for each in types if not isinstance(each, inspect.NoneType)]
        return Union([self.make(each) for each in others], nullable=len(others) < len(types))

    def _make_thing(self, info: Any) -> Node:
        if isinstance(info, inspect.NamedTupleType) or getattr(info, "array_like", False):
            return self._make_row(info)
        tagged = getattr(info, "tag_field", None) is not None
        thing = Thing(info.cls, (info.tag_field, info.tag) if tagged else None)
        self._keep(info, thing)
        thing.fill(
            [
                Member(field.encode_name, self.make(field.type), field.required)
                for field in info.fields
            ]
        )
        return thing

    def _make_row(self, info: Any) -> Node:
        row = TupleNode()
        self._keep(info, row)
        items = [self.make(field.type) for field in info.fields]
        tag = [Whatever()] if getattr(info, "tag_field", None) is not None else []
        row.fill([*tag, *items], sum(field.required for field in info.fields) + len(tag))
        return row

    def _keep(self, info: inspect.Type, node: Node) -> None:
        """Keep the place of a class; of a generic one there is one for each of its parameters."""
        self._made[id(info)] = node
        self._kept.append(info)  # so that no other gets its id


def _find_keys(info: inspect.DictType) -> Any:
    """Return the type of an object's names, as far as they are not any text."""
    key = info.key_type
    if isinstance(key, inspect.StrType | inspect.AnyType):
        return str
    known = {inspect.IntType: int, inspect.FloatType: float}
    return getattr(key, "cls", None) or known.get(type(key), str)
