"""A type as places, read once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, get_args, get_origin

import msgspec
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
        self._made: dict[Any, Node] = {}

    def make(self, info: Any) -> Node:
        """Return the place of what msgspec describes."""
        if isinstance(info, inspect.Metadata):
            return self.make(info.type)
        if isinstance(info, inspect.AnyType | inspect.RawType):
            return Whatever()
        if isinstance(info, _LISTS):
            return ListNode(self.make(info.item_type), test_length(info, "item"))
        if isinstance(info, inspect.TupleType):
            return TupleNode([self.make(each) for each in info.item_types])
        if isinstance(info, inspect.DictType):
            return MapNode(info, _find_keys(info), self.make(info.value_type))
        if isinstance(info, inspect.UnionType):
            return self._make_union(info.types)
        if hasattr(info, "fields"):
            return self._made.get(info.cls) or self._make_thing(info)
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
        self._made[info.cls] = thing
        thing.fill(
            [
                Member(field.encode_name, self.make(field.type), field.required)
                for field in info.fields
            ]
        )
        return thing

    def _make_row(self, info: Any) -> Node:
        self._made[info.cls] = Whatever()
        items = [self.make(field.type) for field in info.fields]
        tag = [Whatever()] if getattr(info, "tag_field", None) is not None else []
        least = sum(field.required for field in info.fields) + len(tag)
        row = TupleNode([*tag, *items], least)
        self._made[info.cls] = row
        return row


def _find_keys(info: inspect.DictType) -> Any:
    """Return the type of an object's names, as far as they are not any text."""
    key = info.key_type
    if isinstance(key, inspect.StrType | inspect.AnyType):
        return str
    known = {inspect.IntType: int, inspect.FloatType: float}
    return getattr(key, "cls", None) or known.get(type(key), str)


def refuse_unreadable(annotation: Any) -> None:
    """Raise unless JSON can be read as a type.

    :raises TypeError: it cannot.
    """
    msgspec.json.Decoder(annotation)
    make_shape(annotation)
