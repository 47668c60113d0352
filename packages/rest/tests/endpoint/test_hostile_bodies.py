"""Whatever is sent, the answer is one that the client can do something about."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st


class Part(msgspec.Struct):
    name: str = ""
    number: int = 0


class Thing(msgspec.Struct):
    text: str = ""
    number: int = 0
    share: float = 0
    price: Decimal = Decimal(0)
    when: dt.datetime | None = None
    part: Part | None = None
    parts: list[Part] = []
    free: Any = None
    by_name: dict[str, Part] = {}


@pytest.fixture
def things(service: Any) -> Any:
    """An application that gives back what it took."""

    @service.rest.post("/it", public=True)
    def take(thing: Thing) -> Thing:
        return thing

    @service.rest.get("/<key>", public=True)
    def show(key: int, number: int = 0, when: dt.date | None = None, share: float = 0) -> int:
        return key

    return service


DEEP = 100_000


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        (b"[" * DEEP, 400, "not JSON"),
        (b'{"free":' * DEEP, 400, "not JSON"),
        (b'{"free":' + b"[" * DEEP + b"]" * DEEP + b"}", 400, ""),
        (b'{"number": ' + b"9" * 500_000 + b"}", 400, "64 bits"),
        (b'{"free": ' + b"9" * 20 + b"}", 400, "64 bits"),
        (b'{"number": 9223372036854775808}', 400, "64 bits"),
        (b'{"free": [-9223372036854775809]}', 400, "64 bits"),
        (b'{"share": 1e400}', 400, "64 bits"),
        (b'{"share": NaN}', 400, "NaN"),
        (b'{"free": -Infinity}', 400, "-Infinity"),
        (b'{"text": "\xff"}', 400, "not JSON"),
        (b'{"text": "\xed\xa0\x80"}', 400, "not JSON"),
        (b'{"unknown": "\xff"}', 400, "not JSON"),
        (b'{"text": "\\ud800"}', 400, "not JSON"),
        (b'{"\\udfff": 1}', 400, "not JSON"),
        (b'{"text": "\\u0000"}', 400, "NUL"),
        (b'{"free": {"\\u0000": 1}}', 400, "NUL"),
        (b'{"text": "\x00"}', 400, "not JSON"),
        (b'\xef\xbb\xbf{"text": ""}', 400, "not JSON"),
        (b'{"text": "", "text": ""}', 400, "same name twice"),
        (b'{"text" : ":", "text"\n: ":"}', 400, "same name twice"),
        (b'{"part": {"name": "a", "n\\u0061me": "b"}}', 400, "same name twice"),
        (b'{"free": [{"a": 1, "a": 1}]}', 400, "same name twice"),
        (b'{"unknown": 1, "unknown": 1}', 400, "same name twice"),
        (b'{"by_name": {"a": {}, "a": {}}}', 400, "same name twice"),
        (b"", 422, "needs a body"),
        (b" ", 400, "not JSON"),
        (b"{", 400, "not JSON"),
        (b"{} {}", 400, "not JSON"),
        (b"text=1", 400, "not JSON"),
        ('{"text": "é"}'.encode("latin-1"), 400, "not JSON"),
        ('{"text": "é"}'.encode("utf-16"), 400, "not JSON"),
        (b'{"text": {}}', 422, "cannot be used"),
        (b'"x"', 422, "cannot be used"),
        (b'{"text": "' + b"a" * 2_000_000 + b'"}', 413, "Send less"),
    ],
)
def test_a_hostile_body_is_refused_with_a_problem(
    things: Any, body: bytes, status: int, told: str
) -> None:
    """It says what is wrong and what to do."""
    answer = things.send(body)
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert told in answer.json["detail"]
    assert answer.json["detail"].count(". ") >= 1


@pytest.mark.parametrize(
    "body",
    [
        b'{"text": "12:30: a \\":b\\": c"}',
        b'{"text": ":", "free": {":": " :", "\\"": "\\":"}}',
        b'{"text": "\\\\u0000 1234567890123456789012345"}',
        b'{"number": 9223372036854775807, "free": -9223372036854775808}',
        b'{"share": 0.12345678901234567890123}',
        b'{"text": "\\ud83d\\ude00"}',
    ],
)
def test_what_only_looks_hostile_is_taken(things: Any, body: bytes) -> None:
    """Colons, digits and backslashes in text are text."""
    assert things.send(body).status_code == 200


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(st.characters())
    | st.sampled_from(["NaN", "1e99", "2026-01-01T00:00:00Z", "٣", ":", '":']),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from([*Thing.__struct_fields__, "name", "x:"]), inner, max_size=5
        )
    ),
    max_leaves=12,
)
BODIES = (
    st.binary(max_size=60)
    | VALUES.map(lambda value: json.dumps(value).encode())
    | VALUES.map(
        lambda value: json.dumps(value, ensure_ascii=False).encode(errors="surrogatepass")
    )
)
BOUNDED = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@BOUNDED
@given(body=BODIES)
def test_no_body_is_a_failure_of_the_application(things: Any, body: bytes) -> None:
    """What is taken is written again, and what is not is a problem."""
    answer = things.send(body)
    assert answer.status_code in (200, 400, 422)
    if answer.status_code == 422:
        assert answer.json["errors"]


@BOUNDED
@given(
    path=st.text(st.characters(exclude_characters="/?#"), min_size=1, max_size=20),
    query=st.binary(max_size=40),
    header=st.text(st.characters(min_codepoint=32, max_codepoint=255), max_size=20),
)
def test_no_address_is_a_failure_of_the_application(
    things: Any, path: str, query: bytes, header: str
) -> None:
    """Paths, queries and headers of any bytes are answered with what the client did wrong."""
    environ = {
        "PATH_INFO": "/api/" + path.encode(errors="surrogatepass").decode("latin-1"),
        "QUERY_STRING": query.decode("latin-1"),
        "HTTP_ACCEPT": header,
        "HTTP_COOKIE": header,
        "CONTENT_TYPE": header,
    }
    answer = things.client().get("/", environ_overrides=environ)
    assert answer.status_code in (200, 308, 400, 404, 405, 406)


@pytest.mark.parametrize("media_type", ["", "text/plain", "application/x-www-form-urlencoded"])
def test_another_media_type_is_refused(things: Any, media_type: str) -> None:
    """JSON is read where the client says that it is JSON."""
    answer = things.client().post("/api/it", data=b"{}", content_type=media_type)
    assert answer.status_code == 415


def test_what_is_not_accepted_is_refused_before_it_runs(things: Any) -> None:
    """The answer names what there is."""
    answer = things.client().post("/api/it", json={}, headers={"Accept": "text/html"})
    assert answer.status_code == 406
    assert "application/json" in answer.json["detail"]
