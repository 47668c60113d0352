"""Everything that is wrong with a body is told at once, each with its place."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, NotRequired, TypedDict

import msgspec
import pytest
from msgspec import Meta


class Size(enum.Enum):
    SMALL = 1
    LARGE = 2


class Item(msgspec.Struct):
    sku: Annotated[str, Meta(min_length=2, max_length=5, pattern="^[A-Z]")]
    count: Annotated[int, Meta(ge=1, le=9)] = 1


@dataclass
class Address:
    street: str
    lines: list[str] = field(default_factory=list)


class Extra(TypedDict):
    color: Literal["red", "blue"]
    note: NotRequired[str]


class Point(NamedTuple):
    x: float
    y: float


class Card(msgspec.Struct, tag=True):
    number: str


class Cash(msgspec.Struct, tag=True):
    coins: int


class Period(msgspec.Struct):
    first: dt.date
    last: dt.date

    def __post_init__(self) -> None:
        if self.last < self.first:
            raise ValueError("The last day is before the first.")


class Order(msgspec.Struct, rename="camel"):
    items: Annotated[list[Item], Meta(min_length=1)]
    ship_to: Address
    extra: Extra | None = None
    at: Point | None = None
    paid: Card | Cash | None = None
    period: Period | None = None
    price: Decimal = Decimal(0)
    size: Size = Size.SMALL
    key: uuid.UUID | None = None
    when: dt.datetime | None = None
    by_name: dict[str, Item] = {}
    by_number: dict[int, bool] = {}
    either: int | str | None = None
    parts: list[Order] = []


GOOD = b'{"items": [{"sku": "AB"}], "shipTo": {"street": "Main"}'


@pytest.fixture
def orders(service: Any) -> Any:
    """An application that takes orders."""

    @service.rest.post("/it", public=True)
    def take(order: Order) -> int:
        return len(order.items)

    return service


def test_errors_are_told_with_pointers(orders: Any) -> None:
    """Names are those of the JSON, and places inside lists are numbers."""
    found = orders.errors(
        b'{"items": [{"sku": "A", "count": 0}, 5, {"count": "1", "a/b": 1}],'
        b' "shipTo": {"lines": "x"}, "ship_to": 1}'
    )
    assert found == {
        "/items/0/sku": "This must have at least 2 characters.",
        "/items/0/count": "This must be at least 1.",
        "/items/1": "This is not an object.",
        "/items/2/sku": "This is needed.",
        "/items/2/count": "This is not a whole number.",
        "/items/2/a~1b": "There is no such field here.",
        "/shipTo/street": "This is needed.",
        "/shipTo/lines": "This is not a list.",
        "/ship_to": "There is no such field here.",
    }


@pytest.mark.parametrize(
    ("more", "pointer", "detail"),
    [
        (b'"items": []', "/items", "This must have at least 1 item."),
        (b'"extra": {"color": "green"}', "/extra/color", "none of the values"),
        (b'"extra": {"color": "red", "x": 1}', "/extra/x", "no such field"),
        (b'"at": [1]', "/at", "must have 2 items"),
        (b'"at": [1, "2"]', "/at/1", "not a number"),
        (b'"paid": {"coins": 1}', "/paid/type", "needed"),
        (b'"paid": {"type": "Gold"}', "/paid/type", "none of the values"),
        (b'"paid": {"type": "Card"}', "/paid/number", "needed"),
        (b'"paid": {"type": "Cash", "coins": 1, "number": ""}', "/paid/number", "no such field"),
        (
            b'"period": {"first": "2026-02-02", "last": "2026-02-01"}',
            "/period",
            "before the first",
        ),
        (b'"period": {"first": "2026-02-31", "last": 1}', "/period/first", "no such date"),
        (b'"price": "NaN"', "/price", "not a decimal number"),
        (b'"price": "1e999999"', "/price", "not a decimal number"),
        (b'"price": 1', "/price", "sent as text"),
        (b'"price": 9.90', "/price", "sent as text"),
        (b'"size": 3', "/size", "none of the values"),
        (b'"key": "1"', "/key", "not a UUID"),
        (b'"when": "today"', "/when", "not a date with a time"),
        (b'"byName": {"a": {}}', "/byName/a/sku", "needed"),
        (b'"byNumber": {"a": true}', "/byNumber/a", "cannot stand here"),
        (b'"byNumber": {"1": 1}', "/byNumber/1", "neither yes nor no"),
        (b'"either": []', "/either", "none of the types"),
        (b'"parts": [{"items": [], "shipTo": {"street": "x"}}]', "/parts/0/items", "at least 1"),
        (b'"parts": [' + GOOD + b', "z": 1}]', "/parts/0/z", "no such field"),
    ],
)
def test_each_kind_of_value_has_its_sentence(
    orders: Any, more: bytes, pointer: str, detail: str
) -> None:
    """A sentence says what is wrong to whoever typed the value."""
    body = GOOD.replace(b'"items": [{"sku": "AB"}], ', b"") if more == b'"items": []' else GOOD
    assert detail in orders.errors(body + b", " + more + b"}")[pointer]


@pytest.mark.parametrize("body", [b"1", b'"x"', b"[]", b"null", b"true"])
def test_a_body_that_is_no_object_is_told_at_the_root(orders: Any, body: bytes) -> None:
    """The empty pointer is the whole body."""
    assert orders.errors(body) == {"": "This is not an object."}


def test_a_good_body_is_taken_whole(orders: Any) -> None:
    """What is right everywhere is refused nowhere."""
    body = GOOD + (
        b', "extra": {"color": "red"}, "at": [1, 2.5], "paid": {"type": "Card", "number": "1"},'
        b' "period": {"first": "2026-02-01", "last": "2026-02-02"}, "price": "-12.50", "size": 2,'
        b' "key": "00000000-0000-0000-0000-000000000001", "when": "2026-02-01T10:00:00Z",'
        b' "byName": {"a": {"sku": "AB"}}, "byNumber": {"1": true}, "either": "x", "parts": []}'
    )
    assert orders.send(body).json == 1


def test_so_many_errors_are_told_and_no_more(orders: Any) -> None:
    """An answer is not larger than what was sent for it by much."""
    body = b'{"items": [' + b",".join([b"1"] * 50_000) + b'], "shipTo": 1}'
    assert len(orders.send(body).json["errors"]) == 100


def test_a_name_that_is_told_is_short(orders: Any) -> None:
    """An unknown name is not sent back at its full length."""
    body = b'{"' + b"x" * 100_000 + b'": 1}'
    assert len(orders.send(body).data) < 2000


def test_a_later_class_in_the_body_is_judged_by_itself(orders: Any) -> None:
    """What ``__post_init__`` raises is told as it says it, without the class."""
    body = GOOD + b', "period": {"first": "2026-02-02", "last": "2026-02-01"}}'
    assert orders.errors(body) == {"/period": "The last day is before the first."}
