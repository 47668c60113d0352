"""A place for one value without parts."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta, inspect

from stack_core.number import LEAST, MOST
from stack_core.scalar import Part, to_scalar

from .node import NO_CHOICE, Faults, Path, Suspect

Test = Callable[[Any], str | None]
"""Returns what is wrong with a value, as one sentence for whoever sent it."""

_DECIMAL = re.compile(r"-?(?:0|[1-9][0-9]{0,199})(?:\.[0-9]{1,199})?").fullmatch


class Leaf:
    """A place for one value without parts."""

    plain = True

    def __init__(self, test: Test, annotation: Any = None) -> None:
        self.test = test
        self._annotation = annotation

    def convert(self, text: str) -> Any:
        """Return the value that a text says, which the test took."""
        return msgspec.convert(text, self._annotation)

    def count(self, data: Any) -> int:
        """Return none: it has no members."""
        return 0

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell what is wrong with a value."""
        if (message := self.test(data)) is not None:
            faults.add(path, message)


class DecimalLeaf(Leaf):
    """A place for an exact number, of which decoders also take floats, ``NaN``, ``1e999999``."""

    plain = False

    def count(self, data: Any) -> int:
        """Return none: it has no members.

        :raises Suspect: it is no text of a number that anybody can work with.
        """
        if _decimals(data) is not None:
            raise Suspect
        return 0


def make_leaf(info: inspect.Type) -> Leaf:
    """Return the place that msgspec describes.

    :raises TypeError: it is none that is known.
    """
    match info:
        case inspect.IntType():
            return Leaf(_numbers(info, "This is not a whole number.", int))
        case inspect.FloatType():
            return Leaf(_numbers(info, "This is not a number.", int, float))
        case inspect.StrType():
            return Leaf(_texts(info))
        case inspect.BoolType():
            return Leaf(_exactly(bool, "This is neither yes nor no."))
        case inspect.NoneType():
            return Leaf(_exactly(type(None), "This must be empty."))
        case inspect.LiteralType():
            return Leaf(_choices(info.values))
        case inspect.EnumType():
            return Leaf(_choices([member.value for member in info.cls]))
        case inspect.DecimalType():
            return DecimalLeaf(_decimals)
    return _make_converted(info)


def _exactly(cls: type, message: str) -> Test:
    return lambda data: None if type(data) is cls else message


def _numbers(info: inspect.IntType | inspect.FloatType, message: str, *classes: type) -> Test:
    bounds = tuple(_bounds(info))

    def test(data: Any) -> str | None:
        if type(data) not in classes:
            return message
        if type(data) is int and not LEAST <= data <= MOST:
            return "This number is too large."
        return next((told for wrong, told in bounds if wrong(data)), None)

    return test


def _bounds(info: Any) -> list[tuple[Callable[[Any], bool], str]]:
    ge, gt, le, lt, step = info.ge, info.gt, info.le, info.lt, info.multiple_of
    every = (
        (ge, lambda data: data < ge, f"This must be at least {ge}."),
        (gt, lambda data: data <= gt, f"This must be more than {gt}."),
        (le, lambda data: data > le, f"This must be at most {le}."),
        (lt, lambda data: data >= lt, f"This must be less than {lt}."),
        (step, lambda data: data % step != 0, f"This must be a multiple of {step}."),
    )
    return [(wrong, told) for bound, wrong, told in every if bound is not None]


def _texts(info: inspect.StrType) -> Test:
    search = re.compile(info.pattern).search if info.pattern is not None else None
    length = test_length(info, "character")

    def test(data: Any) -> str | None:
        if type(data) is not str:
            return "This is not text."
        if (told := length(data)) is not None:
            return told
        if search is not None and search(data) is None:
            return "This does not have the form that is asked for."
        return None

    return test


def test_length(info: Any, unit: str) -> Test:
    """Return the test of how many characters, items or members a value has."""
    least, most = info.min_length or 0, info.max_length

    def test(data: Any) -> str | None:
        if len(data) < least:
            return f"This must have at least {_count(least, unit)}."
        if most is not None and len(data) > most:
            return f"This has {_count(len(data), unit)}, and at most {most} may be sent."
        return None

    return test


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


test_length.__test__ = False  # type: ignore[attr-defined]


def _choices(values: Any) -> Test:
    found = {(type(value), value) for value in values}
    return lambda data: None if _hashed(data) in found else NO_CHOICE


def _hashed(data: Any) -> Any:
    return None if isinstance(data, dict | list) else (type(data), data)


def _decimals(data: Any) -> str | None:
    if type(data) is str:
        return None if _DECIMAL(data) else _NOT_DECIMAL
    return NOT_TEXT if type(data) in (int, float) else _NOT_DECIMAL


NOT_TEXT = 'A decimal is sent as text, such as "9.90".'
"""Why a number of JSON is none: whoever reads it as a float has another one."""
_NOT_DECIMAL = "This is not a decimal number."
_CONVERTED: dict[type[inspect.Type], tuple[str, Any]] = {
    inspect.DateTimeType: ("datetime", dt.datetime),
    inspect.DateType: ("date", dt.date),
    inspect.TimeType: ("time", dt.time),
    inspect.TimeDeltaType: ("interval", dt.timedelta),
    inspect.UUIDType: ("uuid", UUID),
    inspect.BytesType: ("binary", bytes),
    inspect.DecimalType: ("decimal", Decimal),
}


def _make_converted(info: inspect.Type) -> Leaf:
    """Return the place of a value that msgspec reads from text; the words are core's."""
    if type(info) not in _CONVERTED:
        raise TypeError(f"{info!r} cannot be read from JSON. Take a type that can.")
    kind, python = _CONVERTED[type(info)]
    tz = getattr(info, "tz", None)
    annotation = python if tz is None else Annotated[python, Meta(tz=tz)]
    field = Part(kind, python, naive=tz is False)

    def test(data: Any) -> str | None:
        try:
            msgspec.convert(data, annotation)
        except msgspec.ValidationError as error:
            return _explain(field, data) or f"{str(error).rstrip('.')}."
        return None

    return Leaf(test, annotation)


def _explain(field: Part, data: Any) -> str | None:
    try:
        to_scalar(field, data, False)
    except msgspec.ValidationError as error:
        return str(error)
    return None
