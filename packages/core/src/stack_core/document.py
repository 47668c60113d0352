"""JSON from outside: what every database keeps and every encoder can write again."""

from __future__ import annotations

from math import isfinite
from typing import Any

import msgspec
from msgspec import ValidationError

from .number import LEAST, MOST

DEEPEST = 30
"""MariaDB takes 31 levels."""


def check_text(text: str) -> str:
    """Return text, if every database can keep it and every encoder write it.

    :raises ValidationError: it has a NUL or half of a surrogate pair.
    """
    if "\0" in text:
        raise ValidationError("This contains a NUL character, which cannot be kept.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise ValidationError(
                "This contains half of a character, which cannot be kept."
            ) from None
    return text


def read_json(text: str | bytes) -> Any:
    """Return what JSON says.

    :raises ValidationError: it is none, or too deep to be read.
    """
    try:
        return msgspec.json.decode(text)
    except ValidationError:
        raise ValidationError("This has a number that is too large.") from None
    except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
        raise ValidationError("This is not JSON.") from None


def check_document(value: Any, depth: int = 0) -> None:
    """Hold a value against what JSON can say.

    :raises ValidationError: it has a NUL, half of a character, a number beyond
        64 bits, NaN, infinity, more than 30 levels, or what is no JSON.
    """
    match value:
        case None | bool():
            return
        case str():
            check_text(value)
        case int():
            if not LEAST <= value <= MOST:
                raise ValidationError("This has a number that is too large.")
        case float():
            if not isfinite(value):
                raise ValidationError("This has a number that cannot be kept.")
        case list() | tuple() | dict() if depth == DEEPEST:
            raise ValidationError(f"This has more than {DEEPEST} levels.")
        case list() | tuple():
            for each in value:
                check_document(each, depth + 1)
        case dict():
            for key, each in value.items():
                if not isinstance(key, str):
                    raise ValidationError("The names in an object of JSON must be text.")
                check_text(key)
                check_document(each, depth + 1)
        case _:
            raise ValidationError("This is not JSON.")
