"""Values that a function yields, as lines of JSON."""

from __future__ import annotations

import time
from collections.abc import Generator, Iterable, Iterator
from itertools import chain
from typing import Any, get_args, get_origin

from flask import Flask, stream_with_context

from ..http.encoder import ENCODER
from ..http.media_type import LINES
from ..operation.operation import Answer
from .answer import Reply

_MOST_LINES = 100
_LONGEST_WAIT = 0.05
_STREAMS = (Iterator, Generator, Iterable)


class Stream:
    """Makes an answer of what a function yields, line by line.

    The first value is made before the answer begins, so that what is wrong until then is a
    problem as everywhere.
    """

    def __init__(self, app: Flask, reply: Reply) -> None:
        self._app = app
        self._reply = reply

    def answer(self, value: Iterable[Any]) -> Any:
        """Return the answer; the values are asked for while it is sent."""
        found = iter(value)
        first = list(_take_one(found))
        lines = stream_with_context(self._write(chain(first, found)))
        answer = self._app.response_class(lines, self._reply.status, content_type=LINES)
        if (close := getattr(found, "close", None)) is not None:
            answer.call_on_close(close)
        return answer

    def describe(self) -> tuple[Answer, ...]:
        """Return what the document says of it; the type is that of one line."""
        made = self._reply.describe()
        return (
            Answer(status=made.status, label=made.label, type=made.type, media_types=(LINES,)),
        )

    def _write(self, values: Iterable[Any]) -> Iterator[bytes]:
        """Yield lines together, unless whoever reads would wait for them."""
        waiting: list[Any] = []
        sent = time.monotonic()
        for value in values:
            waiting.append(self._reply.fit(value))
            if len(waiting) >= _MOST_LINES or time.monotonic() - sent > _LONGEST_WAIT:
                yield ENCODER.encode_lines(waiting)
                waiting.clear()
                sent = time.monotonic()
        if waiting:
            yield ENCODER.encode_lines(waiting)


def find_streamed(annotation: Any) -> Any | None:
    """Return the type of what is yielded, where a function says that it yields; or None."""
    if get_origin(annotation) in _STREAMS:
        return get_args(annotation)[0]
    return None


def _take_one(values: Iterator[Any]) -> Iterator[Any]:
    for value in values:
        yield value
        return
