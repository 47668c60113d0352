"""Showing values without what is secret in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec
from msgspec.structs import fields

from .annotation import find_note

MASK = "********"
_WORDS = "pass|pwd|secret|token|key|credential"
_NAMES = re.compile(_WORDS, re.IGNORECASE)
_IN_ADDRESS = re.compile(r"(?<=://)([^/:\s]*):.*@", re.DOTALL)
_IN_ARGUMENTS = re.compile(rf"(\b\w*(?:{_WORDS})\w*\s*=\s*)[^\s&;,)]+", re.IGNORECASE)


def mask(value: object, secret: bool = False) -> object:
    """Return a value that may be shown; of objects only what they consist of.

    Replaced are secrets, what a mapping or an object has under a name that says
    so, and in texts the password of an address, whatever signs are in it, and
    what follows ``password=``.

    :param secret: of the value nothing is shown but whether it is set.
    """
    if secret:
        return MASK if value or value == 0 else value
    if value is None or isinstance(value, (bool, int, float)):
        return value
    if isinstance(value, Mapping):
        return _mask_named(value.items())
    if isinstance(value, msgspec.Struct):
        return mask_fields(value)
    if (names := getattr(type(value), "__dataclass_fields__", None)) is not None:
        return _mask_named((name, getattr(value, name)) for name in names)
    if type(value) is tuple:
        return tuple(mask(item) for item in value)
    if isinstance(value, (list, set, frozenset)):
        return [mask(item) for item in value]
    return _IN_ARGUMENTS.sub(rf"\1{MASK}", _IN_ADDRESS.sub(rf"\1:{MASK}@", str(value)))


def mask_fields(struct: msgspec.Struct) -> dict[str, object]:
    """Return what a Struct consists of, by name; secret is what is declared so or called so."""
    shown = {}
    for field in fields(struct):
        note = find_note(field.type)
        secret = ((note and note.extra) or {}).get("secret", _names_secret(field.name))
        shown[field.name] = mask(getattr(struct, field.name), secret)
    return shown


def describe_error(error: BaseException) -> str:
    """Return an error's class and its text in one line, without secrets."""
    text = " ".join(str(mask(str(error))).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _mask_named(items: Iterable[tuple[object, object]]) -> dict[str, object]:
    return {str(name): mask(item, _names_secret(name)) for name, item in items}


def _names_secret(name: object) -> bool:
    return bool(_NAMES.search(str(name)))
