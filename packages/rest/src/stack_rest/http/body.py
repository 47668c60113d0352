"""What was sent, as bytes and as JSON."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

import msgspec
from flask import Request, request
from werkzeug.exceptions import RequestEntityTooLarge

from ..problem.catalogue import TooLarge, UnknownMedia
from .tree import count_members, read_tree, refuse_twice

T = TypeVar("T")


def read_body(media_types: Collection[str], limit: int) -> bytes:
    """Return what was sent.

    :param limit: the most bytes of it.
    :raises UnknownMedia: it is of another media type.
    :raises TooLarge: there is more of it; no more than the limit is read.
    """
    # Asked for by its exact text first: parsing a header costs more than reading most bodies.
    exact = request.environ.get("CONTENT_TYPE") in media_types
    if not exact and request.mimetype not in media_types:
        names = ", ".join(repr(each) for each in media_types)
        raise UnknownMedia(f"What is read here is {names}. Say so in 'Content-Type'.")
    return read_bytes(limit)


def read_bytes(limit: int, *, cache: bool = False) -> bytes:
    """Return what was sent, whatever it is.

    :param limit: the most bytes of it.
    :param cache: keep it for whoever reads it next.
    :raises TooLarge: there is more of it; no more than the limit is read.
    """
    sent: Request = request._get_current_object()  # type: ignore[attr-defined]
    if (sent.content_length or 0) > limit:
        raise too_large(limit)
    # Where no length is said werkzeug breaks off at the most without a word: one more tells.
    sent.max_content_length = limit + 1
    try:
        body = sent.get_data(cache=cache)
    except RequestEntityTooLarge:
        raise too_large(limit) from None
    if len(body) > limit:
        raise too_large(limit)
    return body


def too_large(limit: int) -> TooLarge:
    """Return the refusal of what has more bytes than it may."""
    return TooLarge(f"At most {limit} bytes are read here. Send less at once.")


def decode(body: bytes, decoder: msgspec.json.Decoder[T]) -> T:
    """Return what JSON says.

    :raises Unreadable: it is no JSON, too deep, or has what JSON leaves open: the same name
        twice in an object, NaN, numbers beyond 64 bits, text with a NUL or half a character.
    :raises msgspec.ValidationError: it is JSON, and not of the decoder's type.
    """
    inspect_json(body)
    return decoder.decode(body)


def inspect_json(body: bytes) -> None:
    """Refuse what JSON leaves open, so that nobody reads it in two ways.

    :raises Unreadable: it is no JSON, or has any of that.
    """
    refuse_twice(body, count_members(read_tree(body)))
