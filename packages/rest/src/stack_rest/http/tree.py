"""JSON as plain values, held against what JSON leaves open."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from stack_core.number import LEAST, MOST

from ..problem.catalogue import Unreadable

DEEPEST = 100
TOO_DEEP = "This has more levels than are read here. Send it flatter."
_NOT_JSON = "This is not JSON. Mend it where it breaks off."
_TOO_LARGE = "A number has more than 64 bits. Send it as text."
_CONTAINERS = (dict, list)
_DECODER = msgspec.json.Decoder()
_TO_ZEROS = bytes.maketrans(b"123456789", b"0" * 9)
_MANY_DIGITS = b"0" * 19
_BLANKS = b" \t\r\n"


def read_tree(body: bytes) -> Any:
    """Return what JSON says; whether a name stands twice is for :func:`refuse_twice`.

    :raises Unreadable: it is no JSON, too deep, or has what cannot be kept: NaN, numbers beyond
        64 bits, text with a NUL or half a character.
    """
    try:
        tree = _DECODER.decode(body)
    except msgspec.ValidationError:
        raise Unreadable(_TOO_LARGE) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        scan(body)
        raise Unreadable(_NOT_JSON) from None
    if b"\\u0000" in body and _has_nul(body):
        raise Unreadable("There is a NUL character in it, which cannot be kept. Leave it out.")
    # A number beyond 64 bits has 19 digits or more, and a search for them costs more than this.
    if _MANY_DIGITS in body.translate(_TO_ZEROS):
        scan(body)
    return tree


def count_members(tree: Any) -> int:
    """Return how many members all objects of a tree have together.

    :raises Unreadable: it has more levels than anybody needs.
    """
    found = depth = 0
    level = [tree] if type(tree) in _CONTAINERS else []
    while level:
        below: list[Any] = []
        for each in level:
            if type(each) is dict:
                found += len(each)
                each = each.values()
            below += [value for value in each if type(value) in _CONTAINERS]
        depth += 1
        if depth > DEEPEST:
            raise Unreadable(TOO_DEEP)
        level = below
    return found


def refuse_twice(body: bytes, members: int) -> None:
    """Refuse an object that has the same name twice.

    Each name is followed by a colon: where there are no more colons than members, none is lost.

    :param members: how many are left after reading.
    :raises Unreadable: there is such an object.
    """
    if body.count(b":") == members:
        return
    # Those inside text seldom follow a quote; without blanks those of names always do.
    if body.translate(None, _BLANKS).count(b'":') != members:
        scan(body)


def scan(body: bytes) -> None:
    """Look at each name and number of a body.

    :raises Unreadable: it is no JSON, or has what JSON leaves open.
    """
    try:
        _SCANNER.decode(body.decode())
    except (ValueError, RecursionError):
        raise Unreadable(_NOT_JSON) from None


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        raise Unreadable("An object has the same name twice. Leave one of them out.")


def _refuse_large(text: str) -> None:
    if len(text) > 18 and not (len(text) < 25 and LEAST <= int(text) <= MOST):
        raise Unreadable(_TOO_LARGE)


def _refuse_constant(name: str) -> None:
    raise Unreadable(f"{name} is not JSON. Send a number, or null.")


def _has_nul(body: bytes) -> bool:
    # An escaped backslash before it makes it plain text.
    return b"\\u0000" in body.replace(b"\\\\", b"")


_SCANNER = json.JSONDecoder(
    object_pairs_hook=_refuse_twice, parse_int=_refuse_large, parse_constant=_refuse_constant
)
"""Made once: making one takes longer than most bodies."""
