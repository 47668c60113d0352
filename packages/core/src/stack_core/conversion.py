"""From outside into a value: the one way, with the same words whoever keeps it."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from math import ceil, floor
from typing import Annotated, Any, Literal, Protocol, get_args
from uuid import UUID

import msgspec
from msgspec import Meta, ValidationError

from . import key_text
from .document import read_json
from .number import DIGITS
from .scalar import Kind, check_range, find_part, to_scalar

_JSON_NUMBER = re.compile(rb"-?[0-9.]+(?:[eE][+-]?[0-9]{1,4})?")
_LONGEST_NUMBER = 400
_TYPES: dict[str, Any] = {
    "boolean": bool,
    "date": date,
    "time": Annotated[time, Meta(tz=False)],
    "interval": timedelta,
    "uuid": UUID,
    "json": Any,
}


class Convertible(Kind, Protocol):
    """What is read of a field: also what its values must be like."""

    @property
    def nullable(self) -> bool: ...
    @property
    def many(self) -> bool: ...
    @property
    def min_length(self) -> int | None: ...
    @property
    def max_length(self) -> int | None: ...
    @property
    def pattern(self) -> str | None: ...


def convert(field: Convertible, value: Any, *, text: bool = False) -> Any:
    """Return a value as a field's type.

    A :class:`msgspec.Raw` is decoded here, so that a decimal never is a float
    on its way. An enum's member is found by its value, then by its name.

    :param text: the value came as text, from a form or a query string. A
        relation's is the other's key text. The empty text is None where the
        field may be None and is not text itself.
    :raises msgspec.ValidationError: it is not one, or no database could hold
        it; the message is one sentence for the person who typed it.
    """
    if isinstance(value, msgspec.Raw):
        value, text = _read_raw(field, value), False
    if text and value == "" and field.nullable and field.type != "text":
        value = None
    if value is None:
        if field.nullable:
            return None
        raise ValidationError("This must not be empty.")
    if field.many:
        # The same row twice is that row: no table of links has room for a second.
        return list(dict.fromkeys(_to_key(field, each, text) for each in _listed(value)))
    found = convert_operand(field, value, text=text)
    _check_length(field, found)
    if field.choices and not any(found == choice.value for choice in field.choices):
        raise ValidationError("This is none of the values to choose from.")
    return found


def convert_operand(field: Kind, value: Any, *, text: bool = False) -> Any:
    """Return a value that is only compared with a field's.

    It has the field's type and is in its range, for a database refuses a
    number beyond its column's even there. Lengths, patterns and choices do not
    count, and None is none: what is in a table may be older than its rules.

    :raises msgspec.ValidationError: it is not one.
    """
    if isinstance(value, msgspec.Raw):
        value, text = _read_raw(field, value), False
    if field.type == "relation":
        return _to_key(field, value, text)
    return to_scalar(field, value, text)


def annotate(field: Convertible) -> Any:
    """Return the annotated type that msgspec describes, and checks as far as it can.

    What only :func:`convert` refuses: NUL, numbers beyond 64 bits, digits and
    bounds of decimals.
    """
    if field.type == "relation":
        key = _annotate_key(field)
        found = list[key] if field.many else key  # type: ignore[valid-type]
    elif field.type == "enum" or (field.choices and field.type in ("text", "integer")):
        found = _annotate_choices(field)
    else:
        found = _annotate_type(field)
    return found | None if field.nullable and found is not Any else found


def _annotate_type(field: Convertible) -> Any:
    match field.type:
        case "text":
            lengths = {"min_length": field.min_length, "max_length": field.max_length}
            return _with(str, pattern=field.pattern, **lengths)
        case "binary":
            return _with(bytes, min_length=field.min_length, max_length=field.max_length)
        case "integer":
            return _annotate_whole(field)
        case "float":
            return _with(float, ge=field.ge, le=field.le)
        case "decimal":
            return _with(Decimal, extra_json_schema={"pattern": _decimal_pattern(field)})
        case "datetime":
            return _with(datetime, tz=not field.naive)
        case other:
            return _TYPES[other]


def _annotate_key(field: Convertible) -> Any:
    return _annotate_whole(field) if field.python is int else field.python


def _annotate_whole(field: Convertible) -> Any:
    least = None if field.ge is None else ceil(field.ge)
    most = None if field.le is None else floor(field.le)
    return _with(int, ge=least, le=most)


def _decimal_pattern(field: Convertible) -> str:
    """Return the form of a decimal as text: as many digits as its column has."""
    whole, after = field.digits or DIGITS
    sign = "" if field.ge is not None and field.ge >= 0 else "-?"
    most = whole - after - 1
    first = f"(0|[1-9][0-9]{{0,{most}}})" if most > 0 else "(0|[1-9])" if most == 0 else "0"
    return rf"^{sign}{first}" + (rf"(\.[0-9]{{1,{after}}})?$" if after else "$")


def _annotate_choices(field: Convertible) -> Any:
    if not (isinstance(field.python, type) and issubclass(field.python, Enum)):
        return Literal[tuple(choice.value for choice in field.choices)]
    if len({type(member.value) for member in field.python} | {str, int}) > 2:
        return Literal[tuple(field.python.__members__)]  # msgspec takes enums of text or numbers
    return field.python


def _with(annotation: Any, **notes: Any) -> Any:
    told = {name: note for name, note in notes.items() if note is not None}
    return Annotated[annotation, Meta(**told)] if told else annotation


def _check_length(field: Convertible, value: Any) -> None:
    if not isinstance(value, str | bytes) or field.type not in ("text", "binary"):
        return
    unit = "characters" if isinstance(value, str) else "bytes"
    if field.max_length is not None and len(value) > field.max_length:
        raise ValidationError(
            f"This has {len(value)} {unit}, and at most {field.max_length} can be kept."
        )
    if field.min_length is not None and len(value) < field.min_length:
        raise ValidationError(f"This must have at least {field.min_length} {unit}.")
    if field.pattern and isinstance(value, str) and not re.search(field.pattern, value):
        raise ValidationError("This does not have the form that is asked for.")


def _to_key(field: Kind, value: Any, text: bool) -> Any:
    """Return another row's key: a scalar, or a tuple as in ``tuple[int, str]``."""
    types = get_args(field.python)
    parts = [find_part(each) for each in types or (field.python,)]
    if text and isinstance(value, str):
        try:
            value = key_text.read(parts, value)
        except LookupError:
            raise ValidationError("This is nobody's key.") from None
    if not types:
        found = to_scalar(parts[0], value, False)
        return check_range(field, found) if isinstance(found, int) else found
    if not isinstance(value, list | tuple) or len(value) != len(types):
        raise ValidationError(f"This key has {len(types)} parts.")
    return tuple(to_scalar(part, each, False) for part, each in zip(parts, value, strict=True))


def _listed(value: Any) -> list[Any] | tuple[Any, ...]:
    if not isinstance(value, list | tuple):
        raise ValidationError("This is not a list.")
    return value


def _read_raw(field: Kind, raw: msgspec.Raw) -> Any:
    found = bytes(raw).strip()
    if field.type == "decimal" and len(found) < _LONGEST_NUMBER and _JSON_NUMBER.fullmatch(found):
        read_json(found)
        return Decimal(found.decode())
    return read_json(found)
