"""A field that nobody declared is refused, whatever the class says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypedDict, TypeVar

import msgspec
import pytest

from stack_rest import Body


class Inner(msgspec.Struct):
    a: int = 0


class Strict(msgspec.Struct, forbid_unknown_fields=True):
    inner: Inner


@dataclass
class Plain:
    inner: Inner


class Typed(TypedDict):
    inner: Inner


class Row(msgspec.Struct, array_like=True):
    inner: Inner


class Tree(msgspec.Struct):
    inner: Inner
    below: Tree | None = None


T = TypeVar("T")
U = TypeVar("U")


class Chain(msgspec.Struct, array_like=True):
    number: int
    below: Chain | None
    inner: Inner


class Pair(msgspec.Struct, Generic[T, U]):
    one: T
    other: U


class Box(msgspec.Struct, Generic[T]):
    item: T


class Both(msgspec.Struct):
    b: Box[int]
    a: Box[Inner]


@pytest.mark.parametrize(
    ("annotation", "good", "bad", "pointer"),
    [
        (Strict, b'{"inner": {"a": 1}}', b'{"inner": {"b": 1}}', "/inner/b"),
        (Plain, b'{"inner": {}}', b'{"inner": {}, "x": 1}', "/x"),
        (Typed, b'{"inner": {}}', b'{"inner": {"x": null}}', "/inner/x"),
        (Row, b'[{"a": 1}]', b'[{"x": 1}]', "/0/x"),
        (Tree, b'{"inner": {}}', b'{"inner": {}, "below": {"inner": {"x": 1}}}', "/below/inner/x"),
        (list[Inner], b"[{}]", b'[{}, {"is_admin": true}]', "/1/is_admin"),
        (dict[str, Inner], b'{"x": {}}', b'{"x": {"x": 1}}', "/x/x"),
        (tuple[int, Inner], b"[1, {}]", b'[1, {"x": 1}]', "/1/x"),
        (Chain, b"[1, [2, null, {}], {}]", b'[1, [2, null, {"x": 1}], {}]', "/1/2/x"),
        (
            Pair[Inner, int],
            b'{"one": {"a": 1}, "other": 1}',
            b'{"one": {"x": 1}, "other": 1}',
            "/one/x",
        ),
        (
            Both,
            b'{"a": {"item": {}}, "b": {"item": 1}}',
            b'{"a": {"item": {"x": 1}}, "b": {"item": 1}}',
            "/a/item/x",
        ),
        (Inner | None, b"null", b'{"x": 1}', "/x"),
        (list[dict[str, list[Inner]]], b'[{"x": [{}]}]', b'[{"x": [{"y": 1}]}]', "/0/x/0/y"),
    ],
)
def test_an_unknown_field_is_refused_at_every_level(
    service: Any, annotation: Any, good: bytes, bad: bytes, pointer: str
) -> None:
    """It is told with its pointer."""

    def take(value: Any) -> bool:
        return True

    take.__annotations__["value"] = Annotated[annotation, Body()]
    service.rest.post("/it", public=True)(take)
    assert service.send(good).status_code == 200, service.send(good).text
    answer = service.send(bad)
    assert answer.status_code == 422
    assert [(each["pointer"], each["code"]) for each in answer.json["errors"]] == [
        (pointer, "unknown")
    ]
