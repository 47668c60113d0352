"""Where a page ends, as signed text that may be given away."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from functools import lru_cache
from hashlib import blake2b
from hmac import compare_digest
from typing import Any
from uuid import UUID

import msgspec
from flask import Flask
from msgspec.msgpack import Ext

from .error import BadSecretKey
from .problem import BadQuery
from .query import Position

LONGEST = 4096
"""Text that is longer was not made here."""
ROOM = 600
"""Bytes of values; beyond them a cursor carries the key alone and still fits into an address."""
MAC = 15
PURPOSE = b"stack.cursor.1"
BACKWARDS, KEY_ONLY = 1, 2

_KINDS: tuple[type[Any], ...] = (Enum, int, Decimal, datetime, date, time, timedelta, UUID)
"""By their number in a cursor; a subclass stands before its class."""
_ENCODER = msgspec.msgpack.Encoder()
_PLAIN = frozenset({type(None), bool, float, str, bytes})


class Spot(msgspec.Struct, frozen=True):
    """What a cursor says.

    :param values: those of the order and the key, or the key alone.
    :param key_only: the order's values must be read again.
    """

    values: tuple[Any, ...]
    backwards: bool
    key_only: bool


def write_cursor(
    app: Flask, bound: Sequence[str], position: Position, *, bare: bool = False
) -> str:
    """Return the text of a position; the same position has the same text.

    :param bound: what it is good for: the kind and its order. Whoever reads it
        must say the same.
    :param bare: it carries the key alone, for the order's values are not to be told.
    :raises BadSecretKey: the application has no secret key.
    """
    flags = BACKWARDS * position.backwards
    payload = None if bare else _encode(flags, position.values)
    if payload is None or len(payload) > ROOM:
        payload = _encode(flags | KEY_ONLY, position.values[-1:])
    if payload is None:
        raise TypeError(f"{position.values[-1]!r} cannot stand in a cursor.")
    secret = app.secret_key
    key = _derive(secret) if secret else next(_keys(app), None)
    if key is None:
        raise BadSecretKey(
            "'SECRET_KEY' is not set, and cursors are signed with it. Set it to what"
            " 'flask stack secret' prints."
        )
    return urlsafe_b64encode(_sign(key, bound, payload) + payload).decode("ascii").rstrip("=")


def read_cursor(
    app: Flask, bound: Sequence[str], text: str, *, order: Sequence[Any], key: Any
) -> Spot:
    """Return what a cursor says.

    :param order: the Python types of the order's values, which enums are made of.
    :param key: the Python type of the key, or a tuple of those of its columns.
    :raises BadQuery: it was not made here, for this kind and this order.
    """
    raw = _decode_text(text)
    mac, payload = raw[:MAC], raw[MAC:]
    if not any(compare_digest(mac, _sign(known, bound, payload)) for known in _keys(app)):
        raise _refusal()
    try:
        flags, *values = msgspec.msgpack.decode(payload)
        if flags & KEY_ONLY:
            order = ()
        types = (*order[: len(values) - 1], key)
        found = tuple(_unpack(*pair) for pair in zip(values, types, strict=True))
    except (ValueError, TypeError, LookupError, ArithmeticError):  # of another release
        raise _refusal() from None
    return Spot(found, bool(flags & BACKWARDS), bool(flags & KEY_ONLY))


def _encode(flags: int, values: Sequence[Any]) -> bytes | None:
    try:
        return _ENCODER.encode((flags, *map(_pack, values)))
    except (TypeError, ValueError):  # a type of its own, half of a character
        return None


def _pack(value: Any) -> Any:
    """Return what msgpack says exactly, and by its type where msgpack has none for it."""
    kind = type(value)
    if kind in _PLAIN or (kind is int and -(2**63) <= value < 2**63):
        return value
    if kind is tuple:
        return [_pack(each) for each in value]
    for number, known in enumerate(_KINDS):
        if isinstance(value, known):
            return Ext(number, _write(value).encode())
    raise TypeError(kind)


def _write(value: Any) -> str:
    match value:
        case Enum():
            return value.name
        case timedelta():
            return f"{value.days} {value.seconds} {value.microseconds}"
        case date() | time():
            return value.isoformat()
        case _:
            return str(value)


def _unpack(value: Any, python: Any) -> Any:
    if isinstance(value, list):
        return tuple(_unpack(*pair) for pair in zip(value, python, strict=True))
    if not isinstance(value, Ext):
        return value
    text, kind = bytes(value.data).decode(), _KINDS[value.code]
    if kind is Enum:
        return python[text]
    if kind is timedelta:
        days, seconds, microseconds = map(int, text.split())
        return timedelta(days, seconds, microseconds)
    read: Any = getattr(kind, "fromisoformat", kind)
    return read(text)


def _keys(app: Flask) -> Iterator[bytes]:
    """Yield the keys, which are not those of Flask's session: the one that signs comes first."""
    if secret := app.secret_key:
        yield _derive(secret)
    for secret in app.config.get("SECRET_KEY_FALLBACKS") or ():
        if secret:
            yield _derive(secret)


@lru_cache(maxsize=16, typed=True)
def _derive(secret: str | bytes) -> bytes:
    """Return the key that a secret key makes; each page is signed with the same."""
    known = secret.encode() if isinstance(secret, str) else secret
    return blake2b(known, digest_size=32, person=PURPOSE).digest()


def _sign(key: bytes, bound: Sequence[str], payload: bytes) -> bytes:
    told = _ENCODER.encode((bound, payload))
    return blake2b(told, key=key, digest_size=MAC).digest()


def _decode_text(text: Any) -> bytes:
    """Return the bytes of a text; each has one text only."""
    if not isinstance(text, str) or len(text) > LONGEST or not text.isascii():
        raise _refusal()
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise _refusal() from None
    if urlsafe_b64encode(raw).decode("ascii").rstrip("=") != text:
        raise _refusal()
    return raw


def _refusal() -> BadQuery:
    return BadQuery("This cursor is not one of this list and order. Begin with the first page.")
