"""Values as JSON and back, exactly."""

from __future__ import annotations

import math
import typing
from base64 import b64decode, b64encode
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

from stack_core.description import Field

_MICROSECOND = timedelta(microseconds=1)


def encode(value: Any) -> Any:
    """Return what JSON can hold: enums by name, bytes in base64, durations in microseconds.

    :raises TypeError: it is no value that a field could have.
    """
    match value:
        case Enum():
            return value.name
        case None | bool() | int() | str():
            return value
        case float():
            return value if math.isfinite(value) else str(value)
        case Decimal() | UUID():
            return str(value)
        case date() | time():
            return value.isoformat()
        case timedelta():
            return value // _MICROSECOND
        case bytes():
            return b64encode(value).decode()
        case tuple() | list() | set():
            return [encode(each) for each in value]
        case dict():
            return value
    raise TypeError(f"{value!r} is no value of a field.")


def decode(field: Field, value: Any) -> Any:
    """Return the value that a field had.

    :raises ValueError: the field has another type by now.
    """
    if field.type == "json" or value is None:
        return value
    try:
        if field.many:
            return [_decode_key(field.python, each) for each in value]
        return _decode_key(field.python, value)
    except (ArithmeticError, LookupError, TypeError) as error:
        raise ValueError(f"{value!r} is no value of {field.name!r}.") from error


def _decode_key(python: Any, value: Any) -> Any:
    parts = typing.get_args(python)
    if typing.get_origin(python) is tuple:
        return tuple(_decode(part, each) for part, each in zip(parts, value, strict=True))
    return _decode(python, value)


def _decode(python: Any, value: Any) -> Any:
    if not isinstance(python, type):
        return value
    if issubclass(python, Enum):
        return python[value]
    if issubclass(python, (datetime, date, time)):
        return python.fromisoformat(value)
    if issubclass(python, timedelta):
        return value * _MICROSECOND
    if issubclass(python, bytes):
        return b64decode(value)
    if issubclass(python, (Decimal, UUID, float)):
        return python(value)
    if not isinstance(value, python):
        raise TypeError(python)
    return value
