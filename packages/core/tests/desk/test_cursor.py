"""Cursors: signed, bound to a kind and an order, and exact."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from stack_core.cursor import read_cursor, write_cursor
from stack_core.desk import Desk
from stack_core.error import BadSecretKey
from stack_core.filter import Is
from stack_core.problem import BadQuery
from stack_core.query import Position, Query

REFUSAL = "is not one of this list and order"
BOUND = ("book", "title", "text", "integer")


class Colour(Enum):
    red = "r"


class Level(IntEnum):
    low = 1


VALUES: list[Any] = [
    None, True, False, 0, -1, 2**63 - 1, 2**64 + 1, -(2**80), 1.0, 0.1, -0.0, float("inf"), "",
    "ß\0", b"", b"\x00\xff", Decimal("1.10"), Decimal("1E+30"), Decimal("-0.00"),
    date(2026, 11, 23),
    time(17, 30, 0, 1), datetime(2026, 11, 23, 17, 30, 0, 123456, tzinfo=UTC),
    datetime(2026, 11, 23, tzinfo=timezone(timedelta(hours=-9, minutes=-30))), datetime(1, 1, 1),
    timedelta(days=-1, microseconds=1), UUID(int=1), Colour.red, Level.low, (7, "a"),
    (7, Decimal("1.0")),
]  # fmt: skip


def make(secret: Any = "one", *fallbacks: Any) -> Flask:
    app = Flask("cursors")
    app.config.update(SECRET_KEY=secret, SECRET_KEY_FALLBACKS=list(fallbacks) or None)
    return app


def again(value: Any, key: Any = 1) -> Any:
    app = make()
    text = write_cursor(app, BOUND, Position((value, key)))
    types = tuple(map(type, value)) if isinstance(value, tuple) else type(value)
    spot = read_cursor(app, BOUND, text, order=[types], key=type(key))
    assert spot.values[1] == key
    assert not spot.key_only
    return spot.values[0]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_value_returns_exactly(value: Any) -> None:
    """A value of each type comes back equal, of the same type and in the same writing (S58)."""
    found = again(value)
    assert (found, type(found), str(found)) == (value, type(value), str(value))


@given(
    st.integers() | st.floats(allow_nan=False) | st.text(max_size=50) | st.binary(max_size=50)
    | st.decimals(allow_nan=False) | st.datetimes(timezones=st.timezones() | st.none())
    | st.timedeltas() | st.times() | st.dates() | st.uuids()
)  # fmt: skip
def test_any_value_returns(value: Any) -> None:
    """Whatever a column holds comes back (S58)."""
    found = again(value)
    if isinstance(value, datetime) and value.tzinfo is not None:
        # An hour that a zone has twice equals no other zone's, whatever moment is meant.
        assert found.utcoffset() == value.utcoffset()
        found, value = found.replace(tzinfo=None), value.replace(tzinfo=None)
    assert found == value


def test_cursor_is_compact_and_the_same() -> None:
    """A position has one cursor, which is safe in an address and short."""
    app = make()
    text = write_cursor(app, BOUND, Position(("Axes", 17)))
    assert text == write_cursor(app, BOUND, Position(("Axes", 17)))
    assert len(text) < 40
    assert text.replace("-", "").replace("_", "").isalnum()
    assert text != write_cursor(app, BOUND, Position(("Axes", 17), backwards=True))


def read(app: Flask, text: str, bound: tuple[str, ...] = BOUND) -> Any:
    return read_cursor(app, bound, text, order=[str], key=int)


def test_every_change_is_refused() -> None:
    """No bit of a cursor can be changed, and nothing taken away or added (S58)."""
    app = make()
    text = write_cursor(app, BOUND, Position(("Axes", 17)))
    raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
    changed = [bytes([*raw[:i], raw[i] ^ 1 << bit, *raw[i + 1 :]]) for i in range(len(raw))
               for bit in range(8)]  # fmt: skip
    texts = [urlsafe_b64encode(each).decode().rstrip("=") for each in changed]
    texts += [text[:end] for end in range(len(text))]
    texts += [text + "A", text + "=", " " + text, text + "\n", text.swapcase(), text + text]
    for other in texts:
        with pytest.raises(BadQuery, match=REFUSAL):
            read(app, other)
    assert read(app, text).values == ("Axes", 17)


@pytest.mark.parametrize(
    "text", ["", "x", "A" * 20, "A" * 10_000_000, "é", "\0", "....", "A" * 21 + "=", None, 7, b"A"]
)
def test_garbage_is_refused(text: Any) -> None:
    """What was never a cursor is one clear error, however long (S58)."""
    with pytest.raises(BadQuery, match=REFUSAL):
        read(make(), text)


@pytest.mark.parametrize(
    "bound",
    [("author", "title", "text", "integer"), ("book", "-title", "text", "integer"),
     ("book", "title", "integer", "integer"), ("book", "title,text", "integer"), ()],
)  # fmt: skip
def test_cursor_of_another_list(bound: tuple[str, ...]) -> None:
    """A cursor is of one kind, one order and the types that it had (S58)."""
    app = make()
    text = write_cursor(app, BOUND, Position(("Axes", 17)))
    with pytest.raises(BadQuery, match=REFUSAL):
        read(app, text, bound)


def test_key_is_rotated() -> None:
    """A former key verifies as long as it is a fallback; only the present one signs."""
    text = write_cursor(make("one"), BOUND, Position(("Axes", 17)))
    assert read(make("two", "zero", "one"), text).values == ("Axes", 17)
    assert write_cursor(make("two", "one"), BOUND, Position(("Axes", 17))) != text
    with pytest.raises(BadQuery, match=REFUSAL):
        read(make("two"), text)
    assert read(make(b"one"), text).values == ("Axes", 17)


def test_key_is_not_that_of_the_session() -> None:
    """What signs a cursor is not what signs Flask's session, although one secret makes both."""
    app = make()
    signer: Any = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    with pytest.raises(BadQuery):
        read(app, signer.dumps(["Axes", 17]))


def test_without_a_secret_key() -> None:
    """An application without a secret key is told what to do, and reads no cursor."""
    with pytest.raises(BadSecretKey, match="'SECRET_KEY' is not set"):
        write_cursor(make(None), BOUND, Position(("Axes", 17)))
    with pytest.raises(BadQuery):
        read(make(None), "A" * 24)


def test_long_values_leave_the_key() -> None:
    """Where the values are too long for an address, the cursor carries the key alone (S59)."""
    app = make()
    text = write_cursor(app, BOUND, Position(("x" * 2000, 17), backwards=True))
    assert len(text) < 40
    spot = read(app, text)
    assert (spot.values, spot.backwards, spot.key_only) == ((17,), True, True)


def test_value_without_a_writing() -> None:
    """A value of a type that nobody knows is left out too; a key of one is an error (S59)."""
    app = make()
    assert read(app, write_cursor(app, BOUND, Position((object(), 17)))).key_only
    with pytest.raises(TypeError, match="cannot stand in a cursor"):
        write_cursor(app, BOUND, Position(("x", object())))


def test_enum_that_has_lost_its_member() -> None:
    """A cursor with a member that is gone is a cursor of another list."""
    app = make()
    text = write_cursor(app, BOUND, Position((Colour.red, 1)))
    with pytest.raises(BadQuery, match=REFUSAL):
        read_cursor(app, BOUND, text, order=[Level], key=int)


ORDERS = [(), ("-title",), ("author.name", "-pages"), ("-published",), ("pages", "-"), ("price",),
          ("-author",), ("",)]  # fmt: skip


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("limit", [1, 3])
def test_pages_are_the_list(
    app: Flask, library: Any, sign_in: Any, order: tuple[str, ...], limit: int
) -> None:
    """Page by page, there and back, is the whole list, in every order."""
    sign_in("book.read", "author.read")
    desk = Desk(app, "book")
    whole = desk.page(Query(fields=(), order=order)).keys
    query, there, page = Query(fields=("title",), order=order, limit=limit), [], None
    while page is None or page.next:
        page = desk.page(query, page.next if page and page.next else "")
        there += page.keys
    assert there == whole
    back = list(page.keys)
    while page.previous:
        page = desk.page(query, page.previous)
        back = page.keys + back
    assert back == whole


def test_cursor_stands_before_the_position(app: Flask, library: Any, sign_in: Any) -> None:
    """A cursor is used in place of the query's position, and the scope is applied anew (S58)."""
    sign_in("book.read")
    desk = Desk(app, "book")
    query = Query(fields=("title",), order=("title",), limit=1, position=Position(("Dogs",)))
    cursor = desk.page(Query(fields=(), order=("title",), limit=1)).next
    assert cursor is not None
    assert desk.page(query, cursor).rows == [("Boats",)]
    sign_in("book.read", scopes={"book.read": Is("pages", "gt", 200)}, key="bob")
    assert desk.page(query, cursor).rows == [("Cats",)]


def test_long_values_are_read_again(app: Flask, library: Any, sign_in: Any, books: Any) -> None:
    """A cursor without its order's values reads them of its row, or says to begin anew (S59)."""
    sign_in("book.read")
    desk = Desk(app, "book")
    for key, row in books.rows.items():
        row["blurb"] = f"{key}" + "x" * 2000
    query = Query(fields=("title",), order=("-blurb",), limit=2)
    page = desk.page(query)
    assert page.next is not None
    assert len(page.next) < 40
    assert desk.page(query, page.next).rows == [("Boats",), ("Axes",)]
    sign_in("book.read", scopes={"book.read": Is("pages", "lt", 300)})
    with pytest.raises(BadQuery, match="page began is gone"):
        desk.page(query, page.next)
    sign_in("book.read")
    del books.rows[3]
    with pytest.raises(BadQuery, match="page began is gone"):
        desk.page(query, page.next)


def test_jump_by_value(app: Flask, library: Any, sign_in: Any) -> None:
    """A position of fewer values than the order is a jump; text is read by the fields' types."""
    sign_in("book.read", "author.read")
    desk = Desk(app, "book")
    query = Query(fields=("title",), order=("published",), position=Position(("2026-01-03",)))
    assert desk.page(query).rows == [("Cats",), ("Dogs",)]
    for values in [("yesterday",), (1, 2, 3), ("2026-01-03", "x"), ("2026-01-03", None), "text"]:
        query = Query(fields=(), order=("published",), position=Position(values))  # type: ignore[arg-type]
        with pytest.raises(BadQuery):
            desk.page(query)
    missing = Query(fields=("title",), order=("author.name",), position=Position((None,)))
    assert desk.page(missing).rows == [("Dogs",)]
