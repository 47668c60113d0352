"""A parameter comes from where its name, its type or its annotation says."""

from __future__ import annotations

import enum
import io
import uuid
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import msgspec
import pytest
from werkzeug.datastructures import FileStorage

from stack_rest import Body, Cookie, Form, Header, Query


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Filters(msgspec.Struct):
    least: int = 0
    tags: list[str] = []


class Hat(msgspec.Struct):
    name: str


Code = Annotated[str, msgspec.Meta(pattern="^[A-Z]{2}$", examples=["UA"])]


def test_a_name_in_the_rule_comes_from_the_address(service: Any) -> None:
    """What Flask's converter found becomes the function's own type."""

    @service.rest.get("/<int:year>/<color>/<key>", public=True)
    def show(year: int, color: Color, key: uuid.UUID) -> list[str]:
        return [repr(year), color.name, type(key).__name__]

    client = service.client()
    answer = client.get(f"/api/2020/red/{uuid.UUID(int=1)}")
    assert answer.json == ["2020", "RED", "UUID"]
    for path in ("x/red/1", "2020/green/1", "2020/red/1", "2020/%00/1"):
        answer = client.get(f"/api/{path}")
        assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")


def test_scalars_come_from_the_query(service: Any) -> None:
    """A default makes a parameter optional, and a list may be given several times."""

    @service.rest.get("/it", public=True)
    def show(
        first: int,
        tags: tuple[int, ...] = (),
        sort: Literal["up", "down"] = "up",
        own: bool = False,
    ) -> list[Any]:
        return [first, list(tags), sort, own]

    client = service.client()
    assert client.get("/api/it?first=1").json == [1, [], "up", False]
    assert client.get("/api/it?first=1&tags=2&tags=3&sort=down&own=yes").json == [
        1,
        [2, 3],
        "down",
        True,
    ]


def test_all_errors_of_a_query_are_told_with_their_places(service: Any) -> None:
    """Missing, wrong, repeated and unknown parameters are told together."""

    @service.rest.get("/it", public=True)
    def show(
        first: int, second: int, third: int = 0, trace: Annotated[int, Header("X-Trace")] = 0
    ) -> int:
        return first

    answer = service.client().get(
        "/api/it?second=1&second=2&third=x&else=1", headers={"X-Trace": "?"}
    )
    assert answer.status_code == 400
    assert {(each["in"], each["name"], each["code"]) for each in answer.json["errors"]} == {
        ("query", "first", "required"),
        ("query", "second", "invalid"),
        ("query", "third", "invalid"),
        ("query", "else", "unknown"),
        ("header", "X-Trace", "invalid"),
    }


def test_a_query_is_refused_where_none_is_declared(service: Any) -> None:
    """What nobody declared is not ignored."""

    @service.rest.get("/it", public=True)
    def show() -> int:
        return 1

    answer = service.client().get("/api/it?page=2")
    assert [each["name"] for each in answer.json["errors"]] == ["page"]


def test_headers_and_cookies_are_named(service: Any) -> None:
    """A header has the function's name with hyphens where it says no other."""

    @service.rest.get("/it", public=True)
    def show(
        x_trace: Annotated[str, Header()],
        theme: Annotated[Color, Cookie("look")] = Color.RED,
        kinds: Annotated[Sequence[int], Header("X-Kinds")] = (),
    ) -> list[Any]:
        return [x_trace, theme, kinds]

    client = service.client()
    client.set_cookie("look", "blue")
    answer = client.get("/api/it", headers={"X-Trace": "a", "X-Kinds": "1, 2"})
    assert answer.json == ["a", "blue", [1, 2]]


def test_a_struct_is_spread_over_the_query(service: Any) -> None:
    """Each of its fields is a parameter, with the default that it has there."""

    @service.rest.get("/it", public=True)
    def show(filters: Annotated[Filters, Query()], page: Annotated[int, Query("p")] = 1) -> Any:
        return [filters, page]

    client = service.client()
    assert client.get("/api/it?least=3&tags=a&tags=b&p=4").json == [
        {"least": 3, "tags": ["a", "b"]},
        4,
    ]
    assert client.get("/api/it?least=x").json["errors"][0]["name"] == "least"


@pytest.mark.parametrize("body", [b'{"name": "Fez"}', b' {"name" : "Fez"}\n'])
def test_a_type_with_parts_is_the_body(service: Any, body: bytes) -> None:
    """A Struct is read from JSON."""

    @service.rest.post("/it", public=True, status=201)
    def make_hat(hat: Hat) -> Hat:
        assert isinstance(hat, Hat)
        return hat

    answer = service.send(body)
    assert (answer.status_code, answer.json) == (201, {"name": "Fez"})


def test_a_scalar_is_the_body_where_it_says_so(service: Any) -> None:
    """``Body`` takes whatever the type is from the body."""

    @service.rest.put("/it", public=True)
    def set_names(names: Annotated[list[str], Body("The names.")]) -> int:
        return len(names)

    answer = service.client().put("/api/it", json=["a", "b"])
    assert answer.json == 2


def test_an_optional_body_may_be_left_out(service: Any) -> None:
    """Without a body the default counts; without a default it is needed."""

    @service.rest.post("/it", public=True)
    def make_hat(hat: Hat | None = None) -> bool:
        return hat is None

    @service.rest.post("/needed", public=True)
    def need_hat(hat: Hat) -> bool:
        return hat is None

    client = service.client()
    assert client.post("/api/it").json is True
    assert client.post("/api/it", json={"name": "a"}).json is False
    answer = client.post("/api/needed")
    assert (answer.status_code, answer.json["errors"][0]["code"]) == (422, "required")


def test_a_form_has_fields_and_files(service: Any) -> None:
    """Fields are read like a query, files are werkzeug's, and both are told together."""

    @service.rest.post("/it", public=True)
    def send(
        title: Annotated[str, Form()],
        filters: Annotated[Filters, Form()],
        cover: FileStorage,
        more: Sequence[FileStorage] = (),
    ) -> list[Any]:
        return [title, filters.least, cover.filename, cover.read().decode(), len(more)]

    client = service.client()
    files = [(io.BytesIO(b"1"), "1.txt"), (io.BytesIO(b"2"), "2.txt")]
    sent = {"title": "A", "least": "3", "cover": (io.BytesIO(b"text"), "a.txt"), "more": files}
    assert client.post("/api/it", data=sent).json == ["A", 3, "a.txt", "text", 2]
    sent = {"least": "x", "other": "1", "paper": (io.BytesIO(b"text"), "a.txt")}
    answer = client.post("/api/it", data=sent)
    assert {each["pointer"]: each["code"] for each in answer.json["errors"]} == {
        "/title": "required",
        "/least": "invalid",
        "/cover": "required",
        "/other": "unknown",
        "/paper": "unknown",
    }


def test_a_form_has_a_limit(service: Any) -> None:
    """``body_limit`` is for one function, and the setting for the others."""

    @service.rest.post("/it", public=True, body_limit=100)
    def send(title: Annotated[str, Form()]) -> str:
        return title

    client = service.client()
    assert client.post("/api/it", data={"title": "a"}).status_code == 200
    assert client.post("/api/it", data={"title": "a" * 200}).status_code == 413
    answer = client.post("/api/it", json={"title": "a"})
    assert answer.status_code == 415


def test_an_empty_text_is_held_against_the_form_of_a_text(service: Any) -> None:
    """It stands for nothing only where no text may stand; examples change nothing of that."""

    @service.rest.get("/it", public=True)
    def show(code: Code | None = None, number: int | None = 1) -> list[Any]:
        return [code, number]

    client = service.client()
    assert client.get("/api/it?code=").status_code == 400
    assert client.get("/api/it?code=UA&number=").json == ["UA", None]


def test_member_has_one_text(service: Any) -> None:
    """Of an enumeration the value is read, as the document says, and not the name as well."""

    @service.rest.get("/it", public=True)
    def show(color: Color) -> str:
        return color.name

    client = service.client()
    for member in Color:
        assert client.get(f"/api/it?color={member.value}").text == member.name
        if member.name != member.value:
            answer = client.get(f"/api/it?color={member.name}")
            assert answer.json["errors"][0]["name"] == "color"
