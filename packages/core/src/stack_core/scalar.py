"""One value of one type, from Python, from JSON or from text."""

from __future__ import annotations

import binascii
import re
from base64 import b64decode
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from typing import Any, Protocol
from uuid import UUID

import msgspec
from msgspec import ValidationError

from .document import check_document, check_text, read_json
from .moment import to_date, to_datetime, to_interval, to_time
from .number import to_decimal, to_float, to_integer

YES = frozenset({"true", "1", "yes", "on"})
NO = frozenset({"false", "0", "no", "off"})
_UUID = re.compile(r"[0-9a-fA-F]{8}(-?)(?:[0-9a-fA-F]{4}\1){3}[0-9a-fA-F]{12}")
_TYPES: dict[type, str] = {
    str: "text",
    bool: "boolean",
    int: "integer",
    float: "float",
    Decimal: "decimal",
    datetime: "datetime",
    date: "date",
    time: "time",
    timedelta: "interval",
    UUID: "uuid",
    bytes: "binary",
}


class Kind(Protocol):
    """What is read of a field: its type, and the range of its column."""

    @property
    def type(self) -> str: ...
    @property
    def python(self) -> Any: ...
    @property
    def choices(self) -> Iterable[Any]: ...
    @property
    def naive(self) -> bool: ...
    @property
    def ge(self) -> int | float | None: ...
    @property
    def le(self) -> int | float | None: ...
    @property
    def digits(self) -> tuple[int, int] | None: ...


class Part(msgspec.Struct, frozen=True):
    """A part of a key of which only the Python type is known."""

    type: str
    python: Any
    choices: tuple[Any, ...] = ()
    naive: bool = False
    ge: int | float | None = None
    le: int | float | None = None
    digits: tuple[int, int] | None = None


@lru_cache(maxsize=256)
def find_part(python: Any) -> Part:
    """Return the part of a key that has a Python type.

    :raises TypeError: no key is made of such values.
    """
    if isinstance(python, type):
        if issubclass(python, Enum):
            return Part("enum", python)
        for base in python.__mro__:
            if base in _TYPES:
                return Part(_TYPES[base], python)
    raise TypeError(f"{python!r} is no type of a key. Name the key's own type in 'python'.")


def to_scalar(field: Kind, value: Any, text: bool) -> Any:
    """Return a value that has a field's type, and is in its column's range.

    :param text: the value may be text of a query string, such as ``17`` or ``yes``.
    :raises msgspec.ValidationError: it is not one, or no database could hold it.
    """
    match field.type:
        case "text":
            return _to_text(value)
        case "integer":
            return check_range(field, to_integer(value, text))
        case "boolean":
            return _to_boolean(value, text)
        case "decimal":
            return check_range(field, to_decimal(value, field.digits))
        case "float":
            return check_range(field, to_float(value, text))
        case "datetime":
            return to_datetime(value, field.naive)
        case "enum":
            return _to_member(field, value)
        case "json":
            return _to_json(value, text)
        case other:
            return _OTHERS[other](value)


def check_range(field: Kind, value: Any) -> Any:
    """Return a number that is not beyond a field's bounds."""
    if field.ge is not None and value < field.ge:
        raise ValidationError(f"This must be at least {field.ge}.")
    if field.le is not None and value > field.le:
        raise ValidationError(f"This must be at most {field.le}.")
    return value


def _to_text(value: Any) -> str:
    if not isinstance(value, str):
        raise ValidationError("This is not text.")
    return check_text(value)


def _to_boolean(value: Any, text: bool) -> bool:
    if text and isinstance(value, str):
        small = value.lower()
        if small in YES or small in NO:
            return small in YES
    if not isinstance(value, bool):
        raise ValidationError("This is neither yes nor no.")
    return value


def _to_json(value: Any, text: bool) -> Any:
    if text and isinstance(value, str):
        value = read_json(value)
    check_document(value)
    return value


def _to_uuid(value: Any) -> UUID:
    if isinstance(value, str) and _UUID.fullmatch(value):
        return UUID(value)
    if not isinstance(value, UUID):
        raise ValidationError("This is not a UUID.")
    return value


def _to_bytes(value: Any) -> bytes:
    if isinstance(value, str):
        try:
            return b64decode(value.encode("ascii"), validate=True)
        except (UnicodeEncodeError, binascii.Error):
            raise ValidationError("This is not base64.") from None
    if not isinstance(value, bytes | bytearray | memoryview):
        raise ValidationError("These are not bytes, which are written as base64.")
    return bytes(value)


def _to_member(field: Kind, value: Any) -> Any:
    """Return what has the value, else what has the name."""
    if not (isinstance(field.python, type) and issubclass(field.python, Enum)):
        for choice in field.choices:
            if _same(choice.value, value):
                return choice.value
    elif isinstance(value, field.python):
        return value
    else:
        for member in field.python:
            if _same(member.value, value):
                return member
        if isinstance(value, str) and value in field.python.__members__:
            return field.python[value]
    raise ValidationError("This is none of the values to choose from.")


def _same(own: Any, value: Any) -> bool:
    if isinstance(value, str) and not isinstance(own, str):
        return str(own) == value
    return type(own) is type(value) and bool(own == value)


_OTHERS: dict[str, Callable[[Any], Any]] = {
    "date": to_date,
    "time": to_time,
    "interval": to_interval,
    "uuid": _to_uuid,
    "binary": _to_bytes,
}
