"""A body whose length nobody says is read whole, or not at all."""

from __future__ import annotations

import io
import json
from typing import Annotated, Any

import msgspec
import pytest
from werkzeug.datastructures import FileStorage

from stack_rest import Form

LIMIT = 2000
JSON = "application/json"
URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data; boundary=B"


class Told(msgspec.Struct):
    text: str


def make_json(length: int) -> bytes:
    """Return a body that is JSON still where its end is cut off."""
    return json.dumps({"text": "x"}).encode().ljust(length)


def make_form(length: int) -> bytes:
    return b"text=".ljust(length, b"x")


def make_parts(length: int) -> bytes:
    head = b'--B\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'
    end = b"\r\n--B--\r\n"
    return head + b"x" * (length - len(head) - len(end)) + end


@pytest.fixture
def send(make: Any) -> Any:
    """Send a body in chunks, as servers hand them on; the length is not said."""
    service = make(REST_BODY_LIMIT=LIMIT)

    @service.rest.post("/json", public=True)
    def take(told: Told) -> Told:
        return told

    @service.rest.post("/form", public=True)
    def fill(text: Annotated[str, Form()]) -> str:
        return text

    @service.rest.post("/file", public=True)
    def store(file: FileStorage) -> int:
        return len(file.read())

    def post(path: str, body: bytes, content_type: str, **headers: str) -> int:
        chunked = {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}
        answer = service.client().post(
            path,
            input_stream=io.BytesIO(body),
            content_type=content_type,
            headers=headers,
            environ_overrides=chunked,
        )
        return int(answer.status_code)

    return post


@pytest.mark.parametrize(
    ("path", "body", "content_type"),
    [
        ("/api/json", make_json, JSON),
        ("/api/form", make_form, URLENCODED),
        ("/api/file", make_parts, MULTIPART),
    ],
)
# werkzeug leaves the file open that it breaks off at.
@pytest.mark.filterwarnings("ignore:Exception ignored in:pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "k-1"}], ids=["plain", "keyed"])
def test_no_end_is_cut_off(
    send: Any, path: str, body: Any, content_type: str, key: dict[str, str]
) -> None:
    """T42: as much as may be is taken; one byte more is 413, and nothing of it is kept."""
    assert send(path, body(LIMIT + 1), content_type, **key) == 413
    assert send(path, body(10 * LIMIT), content_type, **key) == 413
    assert send(path, body(LIMIT), content_type, **key) == 200
