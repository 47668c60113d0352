"""What the values of a column's type are."""

from __future__ import annotations

import datetime as dt
import enum
import typing
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import types as sa
from sqlalchemy.types import TypeDecorator, TypeEngine

from stack_core.description import Choice, FieldType
from stack_core.naming import make_label

from ..instant import Instant
from .hint import find_result

SORTABLE = 255
"""The most characters of a text that every database sorts by the whole of.

MariaDB sorts by the first 1,024 bytes, and a character may have four.
"""
UUID_TEXT = "^[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}$"

_BITS = {"tinyint": 8, "small_integer": 16, "smallint": 16, "mediumint": 24, "integer": 32}
_UNSORTED: frozenset[FieldType] = frozenset({"binary", "json"})
_PYTHON: Mapping[type, FieldType] = {
    bool: "boolean",
    int: "integer",
    float: "float",
    Decimal: "decimal",
    str: "text",
    dt.datetime: "datetime",
    dt.date: "date",
    dt.time: "time",
    dt.timedelta: "interval",
    uuid.UUID: "uuid",
    bytes: "binary",
}
DEFAULT_PYTHON: Mapping[str, Any] = {name: python for python, name in _PYTHON.items()}


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """What a type's values are, in the words of a field."""

    type: FieldType
    python: Any
    naive: bool = False
    read_only: bool = False
    filter: bool = True
    order: bool = True
    choices: tuple[Choice, ...] = ()
    max_length: int | None = None
    pattern: str | None = None
    ge: int | float | None = None
    le: int | float | None = None
    digits: tuple[int, int] | None = None


def find_shape(type_: TypeEngine[Any], python: Any = None) -> Shape | None:
    """Return what a column's values are, or None where nobody can tell.

    :param python: what the attribute's annotation says, which counts for types
        that an application has written.
    """
    if isinstance(type_, TypeDecorator) and not isinstance(type_, (Instant, sa.Interval)):
        return _decorated(type_, python)
    for wanted, make in _MAKERS:
        if isinstance(type_, wanted):
            return make(type_)
    return None if isinstance(type_, sa.NullType) else _other(type_)


def shape_of_python(python: Any) -> Shape | None:
    """Return what values of a Python type are, or None where no field has such values."""
    if isinstance(python, type) and issubclass(python, enum.Enum):
        return Shape(type="enum", python=python, choices=tuple(_members(python)))
    origin = typing.get_origin(python) or python
    if origin is typing.Literal:
        values = typing.get_args(python)
        choices = tuple(Choice(value, make_label(str(value))) for value in values)
        return Shape(type="enum", python=type(values[0]), choices=choices)
    if isinstance(origin, type):
        if (name := _PYTHON.get(origin)) is not None:
            sorts = name not in _UNSORTED
            return Shape(type=name, python=origin, filter=sorts, order=sorts)
        if issubclass(origin, (Mapping, Sequence, Set)):
            return Shape(type="json", python=Any, filter=False, order=False)
    return None


def _decorated(type_: TypeDecorator[Any], python: Any) -> Shape | None:
    """Return the shape of an application's own type: by what it says, else by what it wraps."""
    if isinstance(type_, sa.PickleType):
        return None
    said = _said_python(type_) or python
    inner = find_shape(type_.impl_instance)
    if inner is not None and inner.naive and _converts(type_):
        inner = msgspec.structs.replace(inner, naive=False)
    if said is None or said is Any or (inner is not None and said == inner.python):
        return inner
    shape = shape_of_python(said)
    if shape is not None and shape.type == "text" and inner is not None and inner.type == "text":
        return inner
    return shape


def _converts(type_: TypeDecorator[Any]) -> bool:
    """Tell whether an application's type makes other values, which of moments are aware ones."""
    return type(type_).process_result_value is not TypeDecorator.process_result_value


def _said_python(type_: TypeDecorator[Any]) -> Any:
    """Return what an application's type says of its values: outright, or where it makes them."""
    for cls in type(type_).__mro__:
        if cls is TypeDecorator:
            return None
        if "python_type" in vars(cls):
            return type_.python_type
        if (made := vars(cls).get("process_result_value")) is not None:
            return find_result(made, cls)
    return None


def _members(members: type[enum.Enum]) -> Iterable[Choice]:
    for member in members:
        label = getattr(member, "label", None)
        yield Choice(member, label if isinstance(label, str) else make_label(member.name))


def _enum(type_: Any) -> Shape:
    if type_.enum_class is not None:
        return Shape(
            type="enum", python=type_.enum_class, choices=tuple(_members(type_.enum_class))
        )
    choices = tuple(Choice(value, make_label(value)) for value in type_.enums)
    return Shape(type="enum", python=str, choices=choices)


def _text(type_: Any) -> Shape | None:
    if type_.__visit_name__ == "SET":
        return None
    large = any(word in type_.__visit_name__.lower() for word in ("text", "clob"))
    length = None if large and type(type_).__module__.endswith("mysql.types") else type_.length
    whole = length <= SORTABLE if length is not None else not large
    return Shape(type="text", python=str, max_length=length, order=whole)


def _integer(type_: Any) -> Shape:
    bits = _BITS.get(type_.__visit_name__.lower())
    if bits is None:
        return Shape(type="integer", python=int)
    if getattr(type_, "unsigned", False):
        return Shape(type="integer", python=int, ge=0, le=2**bits - 1)
    return Shape(type="integer", python=int, ge=-(2 ** (bits - 1)), le=2 ** (bits - 1) - 1)


def _number(type_: Any) -> Shape:
    if not type_.asdecimal:
        return Shape(type="float", python=float)
    if isinstance(type_, sa.Float) or type_.precision is None:
        return Shape(type="decimal", python=Decimal)
    digits = (type_.precision, type_.scale or 0)
    return Shape(type="decimal", python=Decimal, digits=digits)


def _uuid(type_: Any) -> Shape:
    if type_.as_uuid:
        return Shape(type="uuid", python=uuid.UUID)
    return Shape(type="text", python=str, max_length=36, pattern=UUID_TEXT)


def _binary(type_: Any) -> Shape:
    short = type_.length is not None and type_.length <= SORTABLE
    return Shape(type="binary", python=bytes, max_length=type_.length, filter=short, order=False)


def _plain(name: FieldType) -> Callable[[Any], Shape]:
    return lambda type_: Shape(type=name, python=DEFAULT_PYTHON[name])


def _moment(type_: Any) -> Shape:
    return Shape(type="datetime", python=dt.datetime, naive=not type_.timezone)


def _other(type_: TypeEngine[Any]) -> Shape | None:
    """Return lists and mappings as JSON that is only read: their parts are not checked."""
    if isinstance(inner := getattr(type_, "data_type", None), TypeEngine):
        return find_shape(inner)  # a domain of PostgreSQL
    try:
        shape = shape_of_python(type_.python_type)
    except NotImplementedError:
        return None
    if shape is not None and shape.type == "json":
        return msgspec.structs.replace(shape, read_only=True)
    return shape


_MAKERS: Sequence[tuple[Any, Callable[[Any], Shape | None]]] = (
    (sa.Enum, _enum),
    (sa.String, _text),
    (sa.Boolean, _plain("boolean")),
    (sa.Integer, _integer),
    ((sa.Numeric, sa.Float), _number),
    (Instant, _plain("datetime")),
    (sa.DateTime, _moment),
    (sa.Date, _plain("date")),
    (sa.Time, _plain("time")),
    (sa.Interval, _plain("interval")),
    (sa.Uuid, _uuid),
    (sa.JSON, lambda type_: Shape(type="json", python=Any, filter=False, order=False)),
    ((sa.LargeBinary, sa.BINARY, sa.VARBINARY), _binary),
)
