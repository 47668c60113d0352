"""Numbers from outside: those that every database can hold, written in one way."""

from __future__ import annotations

import re
from decimal import Decimal
from math import isfinite
from typing import Any

from msgspec import ValidationError

LEAST, MOST = -(2**63), 2**63 - 1
DIGITS = (65, 30)
"""Of a decimal whose column says nothing: what the narrowest of the databases takes."""
EXACT = 15
"""So many digits of a float are what was written; beyond them it may be another number."""

EXACT_WHOLE = 2**53
"""Beyond it a float may stand for several whole numbers."""

WHOLE = re.compile(r"0|-?[1-9][0-9]{0,18}")
_PLAIN = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_NUMBER = re.compile(_PLAIN.pattern + r"(?:[eE][+-]?[0-9]{1,4})?")
_LONGEST = 400


def to_integer(value: Any, text: bool) -> int:
    """Return a whole number of 64 bits; from text only as it is written itself, never ``007``."""
    if text and isinstance(value, str):
        value = int(value) if WHOLE.fullmatch(value) else _refuse_whole(value)
    if isinstance(value, float) and value.is_integer() and abs(value) <= EXACT_WHOLE:
        value = int(value)  # JSON has one kind of numbers: 12.0 is 12
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValidationError("This is not a whole number.")
    if not LEAST <= value <= MOST:
        raise ValidationError("This number is too large.")
    return int(value)


def to_float(value: Any, text: bool) -> float:
    """Return a finite number."""
    if text and isinstance(value, str) and len(value) < _LONGEST and _NUMBER.fullmatch(value):
        value = float(value)
    if isinstance(value, int) and not isinstance(value, bool):
        value = float(to_integer(value, False))
    if not isinstance(value, float):
        raise ValidationError("This is not a number.")
    if not isfinite(value):
        raise ValidationError("This number is too large." if value == value else _NAN)
    return float(value)


def to_decimal(value: Any, digits: tuple[int, int] | None) -> Decimal:
    """Return an exact number that has no more digits than its column.

    It may come as text, and as a float that has no more than 15 digits.

    :param digits: all, and those after the point.
    """
    number = _read_decimal(value)
    if not number.is_finite():
        raise ValidationError(_NAN)
    if not number:
        return Decimal(0)
    all_digits, after = digits or DIGITS
    if number.adjusted() >= all_digits - after:
        most = all_digits - after
        raise ValidationError(f"At most {_count(most)} before the point can be kept.")
    _, found, exponent = number.as_tuple()
    assert isinstance(exponent, int)
    spare = len(found) - len("".join(map(str, found)).rstrip("0"))
    if -exponent - spare > after:
        raise ValidationError(f"At most {_count(after)} after the point can be kept.")
    if exponent > 0:
        return number.quantize(Decimal(1))
    if -exponent > after:  # zeros alone
        return number.quantize(Decimal(1).scaleb(-after))
    return number


def _read_decimal(value: Any) -> Decimal:
    if isinstance(value, Decimal):
        return value
    if isinstance(value, float):
        shown = repr(value)
        found = shown.partition("e")[0].strip("-").replace(".", "").strip("0")
        if not isfinite(value) or len(found) <= EXACT:
            return Decimal(shown)
        raise ValidationError("Give this number as text, for as a float it is not exact.")
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(to_integer(value, False))
    if isinstance(value, str) and len(value) < _LONGEST and _PLAIN.fullmatch(value):
        return Decimal(value)
    raise ValidationError("This is not a decimal number.")


def _refuse_whole(value: str) -> int:
    long = len(value) > 18 and value.removeprefix("-").isascii() and value[1:].isdigit()
    raise ValidationError("This number is too large." if long else "This is not a whole number.")


def _count(digits: int) -> str:
    return f"{digits} digit" if digits == 1 else f"{digits} digits"


_NAN = "This is not a number that can be kept."
