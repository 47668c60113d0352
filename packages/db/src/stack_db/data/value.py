"""Values of columns as JSON, exactly, and back."""

from __future__ import annotations

import base64
import enum
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, Column
from sqlalchemy.types import Enum, TypeDecorator, TypeEngine

Convert = Callable[[Any], Any]

_WRITE: dict[type[Any], Convert] = {
    Decimal: str,
    UUID: str,
    datetime: datetime.isoformat,
    date: date.isoformat,
    time: time.isoformat,
    timedelta: lambda value: [value.days, value.seconds, value.microseconds],
    bytes: lambda value: base64.b64encode(value).decode("ascii"),
    memoryview: lambda value: base64.b64encode(value).decode("ascii"),
}
_READ: dict[type[Any], Convert] = {
    Decimal: Decimal,
    UUID: UUID,
    datetime: datetime.fromisoformat,
    date: date.fromisoformat,
    time: time.fromisoformat,
    timedelta: lambda parts: timedelta(*parts),
    bytes: lambda text: base64.b64decode(text, validate=True),
}


def write(value: Any) -> Any:
    """Return a value of a column as JSON has it.

    Floats that JSON cannot hold are text: ``nan``, ``inf``, ``-inf``.

    :raises TypeError: nothing is known of values of this type.
    """
    if value is None or (isinstance(value, str | bool | int) and not isinstance(value, enum.Enum)):
        return value
    if isinstance(value, float):
        return value if value - value == 0 else str(value)
    if isinstance(value, enum.Enum):
        return value.name
    for kind in type(value).__mro__:
        if kind in _WRITE:
            return _WRITE[kind](value)
    if isinstance(value, list | tuple | dict):
        return value
    raise TypeError(f"{type(value).__name__} cannot be dumped")


def writer(column: Column[Any]) -> Convert | None:
    """Return what makes JSON of a column's values; None: nothing is to do."""
    kind = column.type
    if isinstance(kind, TypeDecorator):
        return _tag
    if isinstance(kind, JSON):
        return None
    return None if _python(kind) in (str, int, bool) and not isinstance(kind, Enum) else write


def reader(column: Column[Any]) -> Convert | None:
    """Return what makes a column's value of what :func:`writer` made; None: nothing is to do."""
    kind = column.type
    if isinstance(kind, TypeDecorator):
        return _untag
    if isinstance(kind, JSON):
        return None
    if isinstance(kind, Enum) and kind.enum_class is not None:
        return kind.enum_class.__getitem__
    python = _python(kind)
    return float if python is float else _READ.get(python)


def _python(kind: TypeEngine[Any]) -> type[Any]:
    try:
        return kind.python_type
    except NotImplementedError:
        return object


def _tag(value: Any) -> Any:
    """Write a value of an application's own type, which only it knows, with the value's type."""
    if isinstance(value, list | tuple | dict):
        return ["json", value]
    for kind in type(value).__mro__:
        if kind in _READ:
            return [kind.__name__, _WRITE[kind](value)]
    return write(value)


def _untag(value: Any) -> Any:
    if not isinstance(value, list):
        return value
    name, inner = value
    return inner if name == "json" else _BY_NAME[name](inner)


_BY_NAME = {kind.__name__: read for kind, read in _READ.items()}
