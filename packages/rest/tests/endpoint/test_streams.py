"""What a function yields is sent as lines of JSON while it is made."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import flask
import msgspec
import pytest
from werkzeug.exceptions import NotFound


class Line(msgspec.Struct):
    number: int


@pytest.fixture
def streams(service: Any) -> Any:
    """An application that counts, and notes what was made and closed."""
    service.seen = []

    @service.rest.get("/count", public=True)
    def count(to: int) -> Iterator[Line]:
        if to < 0:
            raise NotFound("There is nothing below zero. Ask for more.")
        try:
            for number in range(to):
                service.seen.append(flask.request.path)
                yield Line(number)
        finally:
            service.seen.append("closed")

    return service


def test_values_are_lines(streams: Any) -> None:
    """Each line is JSON of its own, and the request is at hand while they are made."""
    answer = streams.client().get("/api/count?to=3")
    assert answer.mimetype == "application/jsonl"
    assert answer.data == b'{"number":0}\n{"number":1}\n{"number":2}\n'
    assert streams.seen == ["/api/count"] * 3 + ["closed"]


def test_no_value_is_no_line(streams: Any) -> None:
    """An empty stream is an answer too."""
    assert streams.client().get("/api/count?to=0").data == b""


def test_an_error_before_the_first_line_is_a_problem(streams: Any) -> None:
    """Nothing was sent yet, so the status can still tell."""
    answer = streams.client().get("/api/count?to=-1")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_lines_are_made_as_they_are_read(streams: Any) -> None:
    """Whoever stops reading ends the making."""
    answer = streams.client().get("/api/count?to=1000000")
    first = next(answer.iter_encoded())
    assert first.startswith(b'{"number":0}\n')
    assert len(streams.seen) < 1000
    answer.close()
    assert streams.seen[-1] == "closed"
