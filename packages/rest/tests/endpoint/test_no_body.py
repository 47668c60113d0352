"""What is sent to a function that declares no body: it is told, and not lost."""

from __future__ import annotations

import io
from typing import Any

import pytest
from flask import Request


@pytest.fixture
def ping(service: Any) -> Any:
    """Call a function that reads nothing, with some method and body."""
    made: list[str] = []

    def run(word: str = "") -> str:
        made.append(word)
        return "done"

    for method in ("post", "put", "patch", "delete", "get"):
        getattr(service.rest, method)("/it", public=True, name=f"{method}_it")(run)

    def call(method: str = "POST", **sent: Any) -> tuple[int, int]:
        made.clear()
        answer = service.client().open("/api/it?word=x", method=method, **sent)
        if answer.status_code >= 400:
            assert answer.status_code == 422
            assert answer.json["detail"] == "Nothing is read here. Send no body."
            assert answer.json["errors"][0]["pointer"] == ""
        return answer.status_code, len(made)

    call.service = service  # type: ignore[attr-defined]
    return call


BODIES: dict[str, dict[str, Any]] = {
    "object": {"json": {"word": "y"}},
    "list": {"json": []},
    "null": {"data": b"null", "content_type": "application/json"},
    "form": {"data": {"word": "y"}},
    "parts": {"data": {"word": "y"}, "content_type": "multipart/form-data"},
    "long": {"data": b"{" + b" " * 5000 + b"}"},
    "binary": {"data": b"\x00"},
}
NOTHING: dict[str, dict[str, Any]] = {
    "none": {},
    "object": {"json": {}},
    "empty": {"data": b""},
    "blanks": {"data": b" {} \n"},
    "form": {"data": b"", "content_type": "application/x-www-form-urlencoded"},
}


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
@pytest.mark.parametrize("kind", BODIES)
def test_body_is_refused(ping: Any, method: str, kind: str) -> None:
    """What would be lost is refused, of whatever media type it is, and nothing is done."""
    assert ping(method, **BODIES[kind]) == (422, 0)


@pytest.mark.parametrize("kind", NOTHING)
def test_nothing_is_no_body(ping: Any, kind: str) -> None:
    """An empty body and an empty object say nothing."""
    for method in ("POST", "PUT", "PATCH"):
        assert ping(method, **NOTHING[kind]) == (200, 1)


def test_body_that_means_nothing(ping: Any) -> None:
    """By HTTP's rules a body means nothing with these methods: it is not looked at."""
    for method in ("GET", "HEAD", "DELETE"):
        assert ping(method, json={"word": "y"}) == (200, 1)


@pytest.mark.parametrize(("body", "status"), [(b"{}", 200), (b"x" * 100, 422), (b"[]", 422)])
def test_body_in_chunks(ping: Any, body: bytes, status: int) -> None:
    """What comes without a length is looked at, too."""
    environ = {"wsgi.input": io.BytesIO(body), "wsgi.input_terminated": True}
    environ |= {"HTTP_TRANSFER_ENCODING": "chunked"}
    assert ping(environ_overrides=environ)[0] == status


def test_document_tells_of_it(ping: Any) -> None:
    """The document has the refusal, and no body."""
    told = ping.service.client().get("/api/openapi.json").json["paths"]["/api/it"]
    assert "requestBody" not in told["post"]
    assert "422-invalid" in told["patch"]["responses"]["422"]["$ref"]
    assert "422" not in told["delete"]["responses"]


def test_function_that_takes_the_request(make: Any) -> None:
    """A function that takes the request reads of it what it likes, up to the limit."""
    service = make(REST_BODY_LIMIT=10)

    @service.rest.post("/raw", public=True)
    def raw(request: Request, word: str = "") -> str:
        return f"{word}{len(request.get_data())}{type(request).__name__}"

    @service.rest.get("/raw", public=True)
    def show(request: Request) -> str:
        return request.path

    client = service.client()
    assert client.post("/api/raw?word=a", data=b"0123456789").text == "a10Request"
    assert client.post("/api/raw").text == "0Request"
    assert client.get("/api/raw").text == "/api/raw"
    for environ in ({}, {"wsgi.input_terminated": True, "HTTP_TRANSFER_ENCODING": "chunked"}):
        if environ:
            environ = {"wsgi.input": io.BytesIO(b"0123456789a"), **environ}
            answer = client.post("/api/raw", environ_overrides=environ)
        else:
            answer = client.post("/api/raw", data=b"0123456789a")
        assert (answer.status_code, answer.json["type"]) == (413, "/api/problems/too-large")
    told = client.get("/api/openapi.json").json["paths"]["/api/raw"]
    assert list(told["post"]["requestBody"]["content"]) == ["application/octet-stream"]
    assert told["post"]["requestBody"]["required"] is False
    assert "requestBody" not in told["get"]


def test_body_of_a_view(service: Any) -> None:
    """A function beneath a route of Flask's own is the same."""

    @service.app.post("/sell")
    @service.rest.endpoint(public=True)
    def sell(pieces: int = 1) -> int:
        return pieces

    client = service.client()
    assert client.post("/sell", json={"pieces": 3}).status_code == 422
    assert client.post("/sell?pieces=3", json={}).json == 3
