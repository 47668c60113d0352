"""What was sent, as bytes and as JSON."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any, TypeVar

import msgspec
from flask import request
from werkzeug.exceptions import RequestEntityTooLarge

from ..problem.catalogue import TooLarge, UnknownMedia, Unreadable

T = TypeVar("T")
LEAST, MOST = -(2**63), 2**63 - 1
_NOT_JSON = "This is not JSON. Mend it where it breaks off."


def read_body(media_types: Collection[str], limit: int) -> bytes:
    """Return what was sent.

    :param limit: the most bytes of it.
    :raises UnknownMedia: it is of another media type.
    :raises TooLarge: there is more of it; no more than the limit is read.
    """
    if request.mimetype not in media_types:
        names = ", ".join(repr(each) for each in media_types)
        raise UnknownMedia(f"What is read here is {names}. Say so in 'Content-Type'.")
    return read_bytes(limit)


def read_bytes(limit: int, *, cache: bool = False) -> bytes:
    """Return what was sent, whatever it is.

    :param limit: the most bytes of it.
    :param cache: keep it for whoever reads it next.
    :raises TooLarge: there is more of it; no more than the limit is read.
    """
    if (request.content_length or 0) > limit:
        raise too_large(limit)
    request.max_content_length = limit
    try:
        return request.get_data(cache=cache)
    except RequestEntityTooLarge:
        raise too_large(limit) from None


def too_large(limit: int) -> TooLarge:
    """Return the refusal of what has more bytes than it may."""
    return TooLarge(f"At most {limit} bytes are read here. Send less at once.")


def decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return what JSON says.

    :raises Unreadable: it is no JSON, too deep, or has what JSON leaves open: the same name
        twice in an object, NaN, numbers beyond 64 bits, text with a NUL or half a character.
    :raises msgspec.ValidationError: it is JSON, and not of the decoder's type.
    """
    try:
        found = decoder.decode(body)
    except msgspec.ValidationError:
        inspect_json(body)
        raise
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable(_NOT_JSON) from None
    inspect_json(body)
    return found


def inspect_json(body: bytes) -> None:
    """Refuse what JSON leaves open, so that nobody reads it in two ways.

    :raises Unreadable: it is no JSON, or has any of that.
    """
    try:
        _INSPECTOR.decode(body.decode())
    except (ValueError, RecursionError):
        raise Unreadable(_NOT_JSON) from None
    if b"\\u0000" in body and _has_nul(body):
        raise Unreadable("There is a NUL character in it, which cannot be kept. Leave it out.")


def _refuse_twice(pairs: list[tuple[str, Any]]) -> None:
    if len(pairs) > 1 and len({name for name, _ in pairs}) < len(pairs):
        raise Unreadable("An object has the same name twice. Leave one of them out.")


def _refuse_large(text: str) -> None:
    if len(text) > 18 and not (len(text) < 25 and LEAST <= int(text) <= MOST):
        raise Unreadable("A number has more than 64 bits. Send it as text.")


def _refuse_constant(name: str) -> None:
    raise Unreadable(f"{name} is not JSON. Send a number, or null.")


def _has_nul(body: bytes) -> bool:
    # An escaped backslash before it makes it plain text.
    return b"\\u0000" in body.replace(b"\\\\", b"")


_INSPECTOR = json.JSONDecoder(
    object_pairs_hook=_refuse_twice, parse_int=_refuse_large, parse_constant=_refuse_constant
)
"""Made once: making one takes longer than most bodies."""
