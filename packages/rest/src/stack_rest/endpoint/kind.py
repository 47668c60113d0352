"""What an annotation is, as far as it says where a parameter comes from."""

from __future__ import annotations

import types
from collections.abc import Sequence
from typing import Any, NotRequired, Required, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import inspect
from werkzeug.datastructures import FileStorage
from werkzeug.wrappers import Request

from ..shape.model import is_model
from ..shape.shape import strip_notes

_LISTS = (list, tuple, set, frozenset, Sequence)


def split_list(annotation: Any) -> Any | None:
    """Return the type of the items, where an annotation is a list of several; or None."""
    plain = strip_none(annotation)
    origin, arguments = get_origin(plain), get_args(plain)
    if origin not in _LISTS or not arguments:
        return None
    if origin is tuple and arguments[1:] != (...,):
        return None
    return arguments[0]


def strip_none(annotation: Any) -> Any:
    """Return a type without notes, and without None where that leaves one type."""
    plain = strip_notes(annotation)
    if get_origin(plain) in (Union, types.UnionType):
        others = [each for each in get_args(plain) if each is not type(None)]
        if len(others) == 1:
            return strip_notes(others[0])
    return plain


def is_file(annotation: Any) -> bool:
    """Tell whether a parameter is a file, or several."""
    plain = strip_none(split_list(annotation) or annotation)
    return isinstance(plain, type) and issubclass(plain, FileStorage)


def is_request(annotation: Any) -> bool:
    """Tell whether a parameter is the request itself."""
    plain = strip_none(annotation)
    return isinstance(plain, type) and issubclass(plain, Request)


def is_structured(annotation: Any) -> bool:
    """Tell whether a value has parts, so that it can only be sent in a body.

    :raises TypeError: msgspec cannot read it.
    """
    return _has_parts(inspect.type_info(annotation))


def _has_parts(info: inspect.Type) -> bool:
    if isinstance(info, inspect.Metadata):
        return _has_parts(info.type)
    if isinstance(info, inspect.UnionType):
        return any(_has_parts(each) for each in info.types)
    if isinstance(info, inspect.CustomType):
        return is_model(info.cls)
    item = getattr(info, "item_type", None)
    if item is not None:
        return _has_parts(item) or _is_list(item)
    return hasattr(info, "fields") or isinstance(info, inspect.DictType | inspect.TupleType)


def _is_list(info: inspect.Type) -> bool:
    return hasattr(info, "item_type") or hasattr(info, "item_types")


class FieldOf(msgspec.Struct, frozen=True):
    """One field of a type, by its name in JSON and by its annotation."""

    name: str
    annotation: Any
    required: bool
    default: Any


def find_fields(annotation: Any) -> tuple[FieldOf, ...] | None:
    """Return the fields of a Struct, a dataclass or a typed dictionary; None: it is no such."""
    info = inspect.type_info(annotation)
    if not isinstance(info, inspect.StructType | inspect.DataclassType | inspect.TypedDictType):
        return None
    hints = get_type_hints(strip_notes(annotation), include_extras=True)
    return tuple(
        FieldOf(field.encode_name, _strip(hints[field.name]), field.required, field.default)
        for field in info.fields
    )


def _strip(annotation: Any) -> Any:
    """Return what a typed dictionary says of a field's type."""
    if get_origin(annotation) in (Required, NotRequired):
        return get_args(annotation)[0]
    return annotation
