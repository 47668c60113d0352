"""What a function returns is answered as its annotation says."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypedDict

import flask
import msgspec
import pytest
from werkzeug.wrappers import Response as PlainResponse


class Hat(msgspec.Struct):
    name: str
    price: Decimal = Decimal("1.50")


class SecretHat(Hat):
    cost: int = 7


class Row:
    """What an ORM gives: attributes, more of them than anybody should see."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.price = Decimal(2)
        self.cost = 7


@dataclass
class Shelf:
    hats: list[Hat]


class Tag(TypedDict):
    word: str


class Job(msgspec.Struct):
    number: int


class Pending(msgspec.Struct):
    place: int


TWO_HATS = b'[{"name":"a","price":"2"},{"name":"b","price":"3"}]'


@pytest.mark.parametrize(
    ("annotation", "value", "body"),
    [
        (Hat, Hat("Fez"), b'{"name":"Fez","price":"1.50"}'),
        (Hat, Row("Fez"), b'{"name":"Fez","price":"2"}'),
        (Hat, {"name": "Fez", "cost": 7}, b'{"name":"Fez","price":"1.50"}'),
        (Hat, SecretHat("Fez"), b'{"name":"Fez","price":"1.50"}'),
        (list[Hat], [Row("a"), Hat("b", Decimal(3))], TWO_HATS),
        (Shelf, Shelf([Hat("a")]), b'{"hats":[{"name":"a","price":"1.50"}]}'),
        (Tag, {"word": "a", "secret": 1}, b'{"word":"a"}'),
        (dict[str, int], {"a": 1}, b'{"a":1}'),
        (dt.date, dt.date(2026, 1, 2), b'"2026-01-02"'),
        (Decimal, Decimal("1.10"), b'"1.10"'),
        (Hat | None, None, b"null"),
        (tuple[int, ...], (1, 2), None),
        (Any, {"a": [1]}, b'{"a":[1]}'),
    ],
)
def test_a_value_is_written_as_its_annotation(
    service: Any, annotation: Any, value: Any, body: bytes | None
) -> None:
    """Nothing is sent that the annotation does not have."""

    def show() -> Any:
        return value

    show.__annotations__["return"] = annotation
    service.rest.get("/it", public=True)(show)
    if body is None:
        value = list(value)
        body = b"[1,2]"
    answer = service.client().get("/api/it")
    assert (answer.status_code, answer.mimetype, answer.data) == (200, "application/json", body)


def test_none_is_answered_without_a_body(service: Any) -> None:
    """It is 204, and has no media type."""

    @service.rest.delete("/it", public=True)
    def remove() -> None:
        pass

    answer = service.client().delete("/api/it", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers


def test_text_and_bytes_are_sent_as_they_are(service: Any) -> None:
    """They are no JSON."""

    @service.rest.get("/text", public=True)
    def text() -> str:
        return "<é>"

    @service.rest.get("/bytes", public=True)
    def raw() -> bytes:
        return b"\x00"

    client = service.client()
    answer = client.get("/api/text")
    assert (answer.text, answer.content_type) == ("<é>", "text/plain; charset=utf-8")
    answer = client.get("/api/bytes")
    assert (answer.data, answer.content_type) == (b"\x00", "application/octet-stream")


def test_responses_and_tuples_are_flasks(service: Any) -> None:
    """They keep the status and the headers that they say."""

    @service.rest.get("/made", public=True)
    def made() -> flask.Response:
        return flask.Response("<p>", 202, content_type="text/html")

    @service.rest.get("/plain", public=True)
    def plain() -> PlainResponse:
        return PlainResponse("<p>", 203)

    @service.rest.get("/pair", public=True)
    def pair() -> tuple[Hat, int]:
        return Hat("Fez"), 202

    @service.rest.get("/three", public=True)
    def three() -> tuple[Hat, int, dict[str, str]]:
        return Hat("Fez"), 201, {"Location": "/api/hats/1"}

    client = service.client()
    answer = client.get("/api/made", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.data, answer.mimetype) == (202, b"<p>", "text/html")
    assert client.get("/api/plain").status_code == 203
    assert client.get("/api/pair").status_code == 202
    answer = client.get("/api/three")
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/hats/1")
    assert answer.json["name"] == "Fez"


def test_the_class_decides_among_several_answers(service: Any) -> None:
    """Each of ``responses`` has its status and its type."""

    @service.rest.post("/it", public=True, responses={201: Job, 202: Pending, 204: None})
    def start(place: int) -> Job | Pending | None:
        return None if place < 0 else Pending(place) if place else Job(7)

    client = service.client()
    assert client.post("/api/it?place=0").status_code == 201
    assert client.post("/api/it?place=3").json == {"place": 3}
    assert client.post("/api/it?place=3").status_code == 202
    assert client.post("/api/it?place=-3").status_code == 204


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ({"price": "1"}, "missing required field `name`"),
        (Hat(name=5), "`$.name`"),  # type: ignore[arg-type]
        ({"name": "x", "price": "?"}, "`$.price`"),
        (None, "null"),
        ("Fez", "str"),
    ],
)
def test_a_value_of_another_type_is_the_applications_fault(
    service: Any, value: Any, told: str
) -> None:
    """While it is being written, the error names the function, the type and the place."""

    @service.rest.get("/it", public=True)
    def show() -> Hat:
        return value  # type: ignore[no-any-return]

    with pytest.raises(TypeError, match="show' returned what is not of its type 'Hat'") as error:
        service.client().get("/api/it")
    assert told in str(error.value)


def test_the_fault_is_told_to_nobody_in_production(make: Any) -> None:
    """The client gets a problem without a word of it."""
    service = make(TESTING=False)

    @service.rest.get("/it", public=True)
    def show() -> Hat:
        return {"wrong": 1}  # type: ignore[return-value]

    answer = service.client().get("/api/it")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "wrong" not in answer.text
    assert "Hat" not in answer.text
