"""Bodies of functions that declare none: refused, or left to a function that takes the request."""

from __future__ import annotations

from typing import Any

from flask import request

from stack_core.problem import FieldError, Invalid

from ..http.body import read_bytes, too_large
from ..http.media_type import BYTES
from ..operation.operation import Body
from ..problem.catalogue import TooLarge
from .json_body import has_body

MOST_NOTHING = 64
"""Bytes in which nothing may be said: ``{}``, and the blanks around it."""


class NoBody:
    """What is sent to a function that reads nothing of it.

    Programs that always send something send an empty object, which says as little.
    """

    def read(self, values: dict[str, Any]) -> None:
        """Add nothing to the values that the function is called with.

        :raises Invalid: something was sent, which would be lost.
        """
        if has_body() and not _says_nothing():
            raise Invalid(
                "Nothing is read here. Send no body.",
                errors=[FieldError((), "Nothing is read here.", "unknown")],
            )

    def describe(self) -> None:
        """Return that the document has nothing to say of it."""


class OwnBody:
    """What is sent to a function that takes the request, and reads it itself.

    :param limit: the most bytes of it.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit

    def read(self, values: dict[str, Any]) -> None:
        """Hold what was sent against the limit, and leave it where it is.

        :raises TooLarge: there is more of it.
        """
        length = request.content_length
        if length is None and has_body():
            # werkzeug breaks off at the limit without a word, so that all of it is read now.
            read_bytes(self._limit, cache=True)
        elif (length or 0) > self._limit:
            raise too_large(self._limit)
        request.max_content_length = self._limit

    def describe(self) -> Body:
        """Return what the document says of it."""
        label = "What is read as it is, of any media type."
        return Body(type=Any, media_types=(BYTES,), required=False, label=label)


def _says_nothing() -> bool:
    if (request.content_length or 0) > MOST_NOTHING:
        return False
    try:
        return read_bytes(MOST_NOTHING).strip() in (b"", b"{}")
    except TooLarge:
        return False
