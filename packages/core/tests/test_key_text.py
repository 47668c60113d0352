"""The one text of a key."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.routing import Map
from werkzeug.routing import Rule as Route
from werkzeug.test import EnvironBuilder

from stack_core import key_text
from stack_core.description import Description, Field, FieldType


class Colour(Enum):
    red = "r"
    sea = "green/blue"


def column(type: FieldType, python: Any = None) -> Field:
    return Field(name="id", type=type, python=python, label="Key")


TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES: dict[FieldType, st.SearchStrategy[Any]] = {
    "text": TEXT | st.sampled_from(["", ".", "..", "a.", "~", "~2F", "a/b", "a,b", "%2F", " "]),
    "integer": st.integers(-(2**63), 2**63 - 1),
    "decimal": st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), places=4,
                           max_value=10**9),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "date": st.dates(),
    "time": st.times(),
    "datetime": st.datetimes(timezones=st.just(UTC)),
    "interval": st.timedeltas(timedelta(days=-700_000), timedelta(days=700_000)),
    "uuid": st.uuids(),
    "binary": st.binary(),
    "enum": st.sampled_from(Colour),
}  # fmt: skip
COLUMNS = {type: column(type, Colour if type == "enum" else None) for type in VALUES}


@st.composite
def keys(draw: st.DrawFn) -> tuple[tuple[Field, ...], Any]:
    """A key of one to three columns, and what they are."""
    types = draw(st.lists(st.sampled_from(list(VALUES)), min_size=1, max_size=3))
    values = tuple(draw(VALUES[type]) for type in types)
    return tuple(COLUMNS[type] for type in types), values if len(types) > 1 else values[0]


@given(keys())
def test_key_returns_from_its_text(drawn: tuple[tuple[Field, ...], Any]) -> None:
    """What was written is read again as the same key, and has the same text (S14)."""
    fields, key = drawn
    text = key_text.write(fields, key)
    assert key_text.read(fields, text) == key
    assert key_text.write(fields, key_text.read(fields, text)) == text


@given(keys())
def test_key_survives_an_address(drawn: tuple[tuple[Field, ...], Any]) -> None:
    """A text is one segment of a path, before and after a server has decoded it (S14)."""
    fields, key = drawn
    text = key_text.write(fields, key)
    routes = Map([Route("/book/<key>/edit", endpoint="edit")])
    path = routes.bind("localhost").build("edit", {"key": text})
    environ = EnvironBuilder(path=path).get_environ()
    assert routes.bind_to_environ(environ).match() == ("edit", {"key": text})


@given(st.text(max_size=12) | st.from_regex(r"[~A-Z0-9.,-]{0,12}", fullmatch=True))
def test_other_text_is_no_key(text: str) -> None:
    """What is read is written in the same way: two texts never mean one key (S14)."""
    for fields in ([COLUMNS["text"]], [COLUMNS["integer"], COLUMNS["text"]], [COLUMNS["uuid"]]):
        try:
            key = key_text.read(fields, text)
        except LookupError:
            continue
        assert key_text.write(fields, key) == text


@pytest.mark.parametrize(
    ("type", "text"),
    [
        ("integer", text)
        for text in ["007", "1_0", "٣", " 1", "+1", "-0", "1.0", "", "~31", "9223372036854775808"]
    ]
    + [("text", text) for text in ["", ".", "..", "a/b", "~2f", "~61", "~C3", "~00", "é"]]
    + [("text", text) for text in ["~ED~A0~80", "~C3~A9~", "a~", "~~"]]
    + [("uuid", text) for text in [str(UUID(int=0xAB)).upper(), UUID(int=1).hex]]
    + [("boolean", text) for text in ["1", "yes", "True"]]
    + [("decimal", text) for text in ["1.0", "01", "1e3", "NaN"]],
)
def test_other_writing_is_no_key(type: FieldType, text: str) -> None:
    """Leading zeros, other digits, other cases and needless escapes are no key (S14)."""
    with pytest.raises(LookupError):
        key_text.read([column(type)], text)


def test_text_is_readable() -> None:
    """A key of plain letters, digits and dots is its own text; parts are joined by commas."""
    both = [COLUMNS["integer"], COLUMNS["text"]]
    assert key_text.write(both, (7, "annual.report-2")) == "7,annual.report-2"
    assert key_text.write(both, (7, "a/b")) == "7,a~2Fb"
    assert key_text.write(both, (7, "")) == "7,~"
    assert key_text.write([COLUMNS["text"]], "..") == "~2E~2E"
    assert key_text.write([COLUMNS["date"]], date(2026, 11, 23)) == "2026-11-23"


@pytest.mark.parametrize("text", ["1", "1,2,3", "", ","])
def test_number_of_parts_counts(text: str) -> None:
    """A text with too few or too many parts is no key of two columns (S14)."""
    with pytest.raises(LookupError):
        key_text.read([COLUMNS["integer"], COLUMNS["integer"]], text)


def test_equal_keys_have_one_text() -> None:
    """Decimals and moments that are equal have the same text, however they are held (S14)."""
    later = datetime.fromisoformat("2026-11-23T18:00:00+01:00")
    assert key_text.write([COLUMNS["decimal"]], Decimal("1.50")) == "1.5"
    assert key_text.write([COLUMNS["datetime"]], later) == "2026-11-23T17~3A00~3A00Z"
    assert key_text.write([COLUMNS["time"]], time(17)) == "17~3A00~3A00"


def test_description_writes_and_reads_keys() -> None:
    """A description's key has a text by its own columns."""

    def resolve(kind: str) -> Description:
        raise LookupError(kind)

    book = Description(
        kind="book", label="Book", plural="Books", title="id", resolve=resolve,
        key=(COLUMNS["integer"],), fields=(COLUMNS["integer"],),
    )  # fmt: skip
    assert book.parse_key(book.key_text(7)) == 7
    with pytest.raises(LookupError, match="'07' is no key"):
        book.parse_key("07")


def test_routes_of_flask_take_every_key(app: Flask) -> None:
    """A key of slashes, dots and nothing is found again by a view of Flask's (S14)."""

    @app.get("/things/<key>")
    def thing(key: str) -> dict[str, str]:
        return {"key": key_text.read([COLUMNS["text"]], key)}

    client = app.test_client()
    for key in ["a/b", "..", ".", "", "a b", "a%2Fb", "a?b#c", "é", "a,b", "\\"]:
        text = key_text.write([COLUMNS["text"]], key)
        assert client.get(f"/things/{text}").json == {"key": key}
