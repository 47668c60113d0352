"""The one text that a key has in an address."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum
from typing import Any

import msgspec

from .number import WHOLE, to_integer
from .scalar import Kind, check_range, to_scalar
from .segment import escape, unescape


def write(fields: Sequence[Kind], key: Any) -> str:
    """Return the text of a key: its parts joined by commas, escaped to survive an address.

    :param fields: one for each column of the key.
    :param key: a scalar, or a tuple where there are several columns.
    """
    if len(fields) == 1:
        return _write_part(fields[0], key)
    return ",".join(_write_part(*pair) for pair in zip(fields, key, strict=True))


def read(fields: Sequence[Kind], text: str) -> Any:
    """Return the key that has a text.

    :raises LookupError: no key has it: another writing of one, such as
        ``007``, is none.
    """
    if len(fields) == 1 and fields[0].type == "integer" and WHOLE.fullmatch(text):
        # By far the most keys; the one writing of a number is what the pattern says.
        try:
            return check_range(fields[0], to_integer(int(text), False))
        except ValueError:
            raise LookupError(f"{text!r} is no key.") from None
    pieces = text.split(",")
    try:
        if len(pieces) != len(fields):
            raise ValueError(text)
        key = tuple(
            to_scalar(field, unescape(piece), True)
            for field, piece in zip(fields, pieces, strict=True)
        )
        found = key[0] if len(fields) == 1 else key
        if write(fields, found) == text:
            return found
    except ValueError:  # also msgspec's, and what is no UTF-8
        pass
    raise LookupError(f"{text!r} is no key.")


def _write_part(field: Kind, value: Any) -> str:
    if field.type == "integer":
        return str(value)
    if field.type == "text":
        return escape(value)
    return escape(_WRITERS.get(field.type, str)(value))


def _write_decimal(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _write_datetime(value: datetime) -> str:
    if value.tzinfo is None:
        return value.isoformat()
    return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


_WRITERS: dict[str, Callable[[Any], str]] = {
    "boolean": lambda value: "true" if value else "false",
    "decimal": _write_decimal,
    "float": repr,
    "date": lambda value: str(value.isoformat()),
    "time": lambda value: str(value.isoformat()),
    "datetime": _write_datetime,
    "interval": lambda value: str(msgspec.to_builtins(value)),
    "binary": lambda value: b64encode(value).decode("ascii"),
    "enum": lambda value: value.name if isinstance(value, Enum) else str(value),
}
