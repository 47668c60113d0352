"""A request that comes again with its key has one effect and the same answer."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import BytesIO
from time import sleep
from typing import Any

import pytest
from flask import Response, request

from stack_core.keep import KeepUnavailable, get_keep, using_keep
from stack_core.kept import MAX_VALUE
from stack_core.memory_keep import MemoryKeep
from stack_core.problem import Conflict, Denied, Unavailable
from stack_rest.http.body import read_body

PATH = "/api/orders"


class Orders:
    """Orders that were made: the effect."""

    def __init__(self) -> None:
        self.made: list[Any] = []

    def create(self) -> Response:
        self.made.append(json.loads(read_body(("application/json",), 1000) or b"{}"))
        number = len(self.made)
        headers = {"Location": f"{PATH}/{number}", "ETag": f'"{number}"'}
        return Response(f'{{"number": {number}}}', 201, headers, mimetype="application/json")


class Desk:
    """An interface that takes orders."""

    def __init__(self, interface: Any) -> None:
        self.interface = interface
        self.orders = Orders()
        interface.add("orders", self.orders.create, "POST", keyed=True)
        self.client = interface.client()

    def post(self, key: str | None = "k-1", person: str = "ann", **more: Any) -> Any:
        headers = {"X-Person": person} | ({} if key is None else {"Idempotency-Key": key})
        return self.client.post(PATH, **({"json": {"hat": 1}} | more), headers=headers)


@pytest.fixture
def desk(make: Any) -> Iterator[Desk]:
    """An interface that takes orders, with a keep of this test's own."""
    interface = make(REST_IDEMPOTENCY_TTL=600)
    with using_keep(interface.app, MemoryKeep()):
        yield Desk(interface)


def test_same_request_is_answered_again(desk: Desk) -> None:
    """Status, headers and body are those of the first, and it was made once."""
    first, second = desk.post(), desk.post()
    assert (first.status_code, first.data) == (second.status_code, second.data)
    for name in ("Location", "ETag", "Content-Type", "Content-Length", "Cache-Control", "Vary"):
        assert first.headers[name] == second.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert second.headers["Idempotency-Replayed"] == "true"
    assert desk.orders.made == [{"hat": 1}]


def test_without_a_key_each_is_made(desk: Desk) -> None:
    """A request without a key is an order of its own."""
    assert [desk.post(None).status_code for _ in range(2)] == [201, 201]
    assert len(desk.orders.made) == 2


@pytest.mark.parametrize(
    "more",
    [
        {"json": {"hat": 2}},
        {"query_string": {"dry": "1"}},
        {"data": b'{"hat": 1}', "json": None, "content_type": "text/plain"},
    ],
    ids=["body", "query", "media type"],
)
def test_key_of_another_request_is_refused(desk: Desk, more: dict[str, Any]) -> None:
    """A key that came with another body, query or media type is a mistake of the client."""
    desk.post()
    answer = desk.post(**more)
    assert answer.status_code == 422
    assert answer.json["type"] == "/api/problems/key-reused"
    assert len(desk.orders.made) == 1


def test_keys_are_each_persons_own(desk: Desk) -> None:
    """The same key of two people means two orders, and nobody reads another's answer."""
    assert desk.post(person="ann").json == {"number": 1}
    assert desk.post(person="bob").json == {"number": 2}
    assert desk.post(person="").json == {"number": 3}


def test_kinds_of_identities_are_apart(desk: Desk) -> None:
    """A person and a token with the same key are two, and neither reads the other's answer."""
    client, body = desk.client, {"hat": 1}
    headers = {"X-Person": "7", "Idempotency-Key": "k-1"}
    numbers = [
        client.post(PATH, json=body, headers=headers | {"X-Kind": kind}).json["number"]
        for kind in ("person", "token", "person")
    ]
    assert numbers == [1, 2, 1]


def test_keys_are_each_operations_own(desk: Desk) -> None:
    """The same key at two operations means two things."""
    desk.interface.add("returns", lambda: ("{}", 201), "POST", keyed=True)
    desk.post()
    headers = {"X-Person": "ann", "Idempotency-Key": "k-1"}
    assert desk.client.post("/api/returns", json={"hat": 1}, headers=headers).status_code == 201


@pytest.mark.parametrize("key", ['"k-1"', "k-1"])
def test_key_may_stand_in_quotes(desk: Desk, key: str) -> None:
    """A string of Structured Fields and the bare word are the same key."""
    desk.post("k-1")
    assert desk.post(key).headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "key", ["", '""', "a b", "a,b", '"a', 'a"', '"a"b"', "ä", "k" * 256, f'"{"k" * 256}"', '"\t"']
)
def test_text_that_is_no_key_is_refused(desk: Desk, key: str) -> None:
    """What is empty, too long or ambiguous is a 400, and nothing is made."""
    answer = desk.post(key)
    assert answer.status_code == 400
    assert answer.json["type"] == "/api/problems/key"
    assert desk.orders.made == []


@pytest.mark.parametrize("key", ["k", "k" * 255, f'"{"k" * 255}"', r'"a\"\\ b"', "Zm9v+/=="])
def test_keys_of_all_lengths_are_taken(desk: Desk, key: str) -> None:
    """One to 255 characters are a key."""
    assert [desk.post(key).status_code for _ in range(2)] == [201, 201]
    assert len(desk.orders.made) == 1


def test_body_beyond_the_limit_is_refused(make: Any) -> None:
    """A key is no way around the limit of bodies."""
    desk = Desk(make(REST_BODY_LIMIT=100))
    assert desk.post(json={"hat": "x" * 200}).status_code == 413


def test_operation_may_take_larger_bodies(make: Any) -> None:
    """What an operation reads without a key it reads with one."""
    interface = make(REST_BODY_LIMIT=100)
    interface.add("files", lambda: request.get_data(), "POST", keyed=True, body_limit=300)
    headers = {"Idempotency-Key": "k-1"}
    client = interface.client()
    codes = [
        client.post("/api/files", data=b"x" * size, headers=headers).status_code
        for size in (301, 300, 300)
    ]
    assert codes == [413, 200, 200]


def test_form_with_files_comes_with_another_boundary(make: Any) -> None:
    """The same form sent anew is the same request, and the view reads its parts as always."""
    interface, made = make(), []

    def create() -> str:
        made.append((request.form["name"], request.files["file"].read()))
        return "{}"

    interface.add("files", create, "POST", keyed=True)
    for _ in range(2):
        form = {"name": "hat", "file": (BytesIO(b"picture"), "hat.png")}
        answer = interface.client().post(
            "/api/files", data=form, headers={"Idempotency-Key": "k-1"}
        )
        assert answer.status_code == 200
    assert made == [("hat", b"picture")]


@pytest.mark.parametrize("media_type", ["application/x-www-form-urlencoded", "application/json"])
def test_view_reads_what_the_key_has_read(make: Any, media_type: str) -> None:
    """A body is there for the view although it was looked at before."""
    interface = make()
    interface.add(
        "echo",
        lambda: dict(request.form) or request.get_json(),
        "POST",
        keyed=True,
    )
    body = b"hat=1" if media_type.endswith("urlencoded") else b'{"hat": "1"}'
    answer = interface.client().post(
        "/api/echo", data=body, content_type=media_type, headers={"Idempotency-Key": "k-1"}
    )
    assert answer.json == {"hat": "1"}


def test_answer_that_is_made_while_it_is_sent_is_told_as_done(make: Any) -> None:
    """A stream is sent once; the second time it is said that it was done."""
    interface, made = make(), []

    def create() -> Response:
        made.append(1)
        return Response(iter(["one", "two"]), 200)

    interface.add("stream", create, "POST", keyed=True)
    headers = {"Idempotency-Key": "k-1"}
    first, second = (interface.client().post("/api/stream", headers=headers) for _ in range(2))
    assert (first.text, second.status_code, second.text) == ("onetwo", 204, "")
    assert made == [1]


def test_answer_that_nobody_may_store_is_told_as_done(make: Any) -> None:
    """A secret is told once, and is in no keep."""
    interface = make()
    more = {"Cache-Control": "no-store", "X-Secret": "word"}
    interface.add("tokens", lambda: ("secret word", 201, more), "POST", keyed=True)
    headers = {"Idempotency-Key": "k-1"}
    first, second = (interface.client().post("/api/tokens", headers=headers) for _ in range(2))
    assert (first.text, second.status_code, second.text) == ("secret word", 204, "")
    assert "X-Secret" not in second.headers


@pytest.mark.parametrize(
    "error", [Conflict("number"), Denied("No."), Unavailable("Later."), ZeroDivisionError()]
)
def test_error_leaves_the_key_free(make: Any, error: Exception) -> None:
    """What failed has made nothing, so the same key may try again and then is kept."""
    interface, errors, made = make(), [error], []

    def create() -> tuple[str, int]:
        if errors:
            raise errors.pop()
        made.append(1)
        return "{}", 201

    interface.add("orders", create, "POST", keyed=True)
    client = interface.client()
    headers = {"Idempotency-Key": "k-1"}
    codes = [client.post(PATH, json={}, headers=headers).status_code for _ in range(3)]
    assert codes[0] >= 400
    assert codes[1:] == [201, 201]
    assert made == [1]


def test_error_that_is_returned_leaves_the_key_free(make: Any) -> None:
    """An answer of 400 and more is an error, however it was made."""
    interface, answers = make(), [("{}", 201), ("{}", 422)]
    interface.add("orders", lambda: answers.pop(), "POST", keyed=True)
    headers = {"Idempotency-Key": "k-1"}
    codes = [interface.client().post(PATH, json={}, headers=headers).status_code for _ in range(3)]
    assert codes == [422, 201, 201]


def test_request_that_still_runs_is_in_use(desk: Desk) -> None:
    """While the first is not answered, the second is told to come again."""
    codes: list[tuple[int, str | None]] = []

    def create() -> str:
        if not codes:
            again = desk.interface.client().post(
                "/api/slow", json={}, headers=dict(request.headers)
            )
            codes.append((again.status_code, again.headers.get("Retry-After")))
        return "{}"

    desk.interface.add("slow", create, "POST", keyed=True)
    headers = {"Idempotency-Key": "k-1"}
    assert desk.client.post("/api/slow", json={}, headers=headers).status_code == 200
    assert codes == [(409, "1")]


def test_mark_of_a_dead_worker_ends(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a worker left that never answered is free again after a while."""
    monkeypatch.setattr("stack_rest.operation.keyed.PATIENCE", 0.05)
    monkeypatch.setattr("stack_rest.operation.keyed.Attempt.remember", lambda *_: None)
    assert desk.post().status_code == 201
    sleep(0.1)
    assert desk.post().status_code == 201
    assert len(desk.orders.made) == 2


def test_answer_that_is_too_large_is_told_as_done(make: Any) -> None:
    """Whose body no keep takes is answered as done, with its headers and without a body."""
    interface, made = make(), []

    def create() -> Response:
        made.append(1)
        return Response("x" * (MAX_VALUE + 1), 201, {"Location": "/api/orders/1"})

    interface.add("orders", create, "POST", keyed=True)
    headers = {"Idempotency-Key": "k-1"}
    first, second = (interface.client().post(PATH, json={}, headers=headers) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 204)
    assert second.headers["Location"] == "/api/orders/1"
    assert "Content-Type" not in second.headers
    assert second.data == b""
    assert made == [1]


def test_cookie_is_not_handed_out_again(make: Any) -> None:
    """A cookie belongs to the moment in which it was made."""
    interface = make()
    interface.add(
        "orders", lambda: ("{}", 201, {"Set-Cookie": "a=b", "X-More": "1"}), "POST", keyed=True
    )
    headers = {"Idempotency-Key": "k-1"}
    first, second = (interface.client().post(PATH, json={}, headers=headers) for _ in range(2))
    assert "Set-Cookie" in first.headers
    assert "Set-Cookie" not in second.headers
    assert second.headers["X-More"] == "1"


def test_keep_that_is_down_refuses_keys(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """Nobody knows whether it was made before, so it is not made; without a key it is."""

    class Down(MemoryKeep):
        def add(self, *args: Any, **more: Any) -> bool:
            raise KeepUnavailable("It is away. Start it.")

    with using_keep(desk.interface.app, Down()), caplog.at_level(logging.WARNING):
        refused = desk.post()
        assert refused.status_code == 503
        assert refused.headers["Retry-After"] == "1"
        assert desk.orders.made == []
        assert desk.post(None).status_code == 201
    assert "It is away" in caplog.text
    assert "It is away" not in refused.text


def test_answer_that_cannot_be_kept_is_sent(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """What was made is answered although the keep went away meanwhile; the log says so."""

    class Lost(MemoryKeep):
        def put(self, *args: Any, **more: Any) -> None:
            raise KeepUnavailable("It is away. Start it.")

    with using_keep(desk.interface.app, Lost()), caplog.at_level(logging.WARNING):
        assert desk.post().status_code == 201
        assert desk.post().status_code == 409
    assert "is not kept" in caplog.text


def test_operation_that_takes_no_keys_ignores_them(make: Any) -> None:
    """The header means nothing where nobody said that it does."""
    interface = make()
    interface.add("news", lambda: "{}", "POST")
    answer = interface.client().post("/api/news", json={}, headers={"Idempotency-Key": "a b"})
    assert answer.status_code == 200
    assert get_keep(interface.app).purge(10) == 0
