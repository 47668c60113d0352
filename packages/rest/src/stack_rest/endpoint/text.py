"""One value from the text of an address, a header, a cookie or a form."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from msgspec import ValidationError, inspect

from stack_core.document import check_text
from stack_core.scalar import Part, to_scalar

from ..shape.leaf import Test, make_leaf
from ..shape.member import read_member_text
from ..shape.node import NO_CHOICE

Read = Callable[[str], Any]
"""Returns the value that a text says.

:raises msgspec.ValidationError: it says none; its message is for whoever sent it.
"""

_PARTS: dict[type[inspect.Type], Part] = {
    inspect.IntType: Part("integer", int),
    inspect.FloatType: Part("float", float),
    inspect.BoolType: Part("boolean", bool),
    inspect.DecimalType: Part("decimal", Any),
}
_CLOCKS = (
    inspect.DateTimeType,
    inspect.DateType,
    inspect.TimeType,
    inspect.TimeDeltaType,
    inspect.UUIDType,
    inspect.BytesType,
)


def make_read(annotation: Any) -> Read:
    """Return what reads text as a type.

    :raises TypeError: there is no one way to write the type as text.
    """
    return _make(inspect.type_info(annotation), annotation)


def _make(info: inspect.Type, annotation: Any) -> Read:
    match info:
        case inspect.Metadata():
            return _make(info.type, annotation)
        case inspect.StrType():
            return _tested(check_text, make_leaf(info).test)
        case inspect.AnyType():
            return check_text
        case inspect.IntType() | inspect.FloatType() | inspect.BoolType():
            return _tested(_scalar(_PARTS[type(info)]), make_leaf(info).test)
        case inspect.DecimalType():
            return _scalar(_PARTS[inspect.DecimalType])
        case inspect.EnumType():
            return partial(read_member_text, info.cls)
        case inspect.LiteralType():
            return _chosen(info.values)
        case inspect.UnionType():
            return _one_of(info.types, annotation)
    if isinstance(info, _CLOCKS):
        return _converted(info)
    raise TypeError(f"{annotation!r} cannot be written as text")


def _scalar(part: Part) -> Read:
    return lambda text: to_scalar(part, text, True)


def _tested(read: Read, test: Test) -> Read:
    def read_tested(text: str) -> Any:
        value = read(text)
        if (message := test(value)) is not None:
            raise ValidationError(message)
        return value

    return read_tested


def _chosen(values: Sequence[Any]) -> Read:
    known = {str(value): value for value in values}

    def read(text: str) -> Any:
        if text not in known:
            raise ValidationError(NO_CHOICE)
        return known[text]

    return read


def _converted(info: inspect.Type) -> Read:
    leaf = make_leaf(info)

    def read(text: str) -> Any:
        if (message := leaf.test(text)) is not None:
            raise ValidationError(message)
        return leaf.convert(text)

    return read


def _one_of(types: Sequence[inspect.Type], annotation: Any) -> Read:
    """Return what reads the first type that takes a text; text itself comes last."""
    nullable = any(isinstance(each, inspect.NoneType) for each in types)
    others = [each for each in types if not isinstance(each, inspect.NoneType)]
    others.sort(key=lambda each: isinstance(_bare(each), inspect.StrType))
    reads = [_make(each, annotation) for each in others]
    empty = nullable and not any(isinstance(_bare(each), inspect.StrType) for each in others)

    def read(text: str) -> Any:
        if empty and not text:
            return None
        refusals = []
        for each in reads:
            try:
                return each(text)
            except ValidationError as error:
                refusals.append(error)
        raise refusals[-1]

    return read


def _bare(info: inspect.Type) -> inspect.Type:
    """Return a type without what is only said of it, such as examples."""
    return _bare(info.type) if isinstance(info, inspect.Metadata) else info
