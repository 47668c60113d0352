"""From outside into a value: what is taken, what is refused, and in which words."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from typing import Any
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack_core.conversion import convert_operand
from stack_core.description import Choice, Field, FieldType


class Colour(Enum):
    red = "r"
    r = "other"


class Level(IntEnum):
    low = 1
    high = 2


class Mixed(Enum):
    point = (0, 0)
    unit = (1, 1)


PAIR = tuple[int, str]
ZONE = timezone(timedelta(hours=1))
CHOICES = (Choice("a", "A"), Choice("b", "B"))


def field(type: FieldType, python: Any = None, **more: Any) -> Field:
    return Field(name="x", type=type, python=python, label="X", **more)


def refused(field: Field, value: Any, *, text: bool = False) -> str:
    with pytest.raises(msgspec.ValidationError) as caught:
        field.convert(value, text=text)
    return str(caught.value)


def nested(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = [value]
    return value


TAKEN: list[tuple[Field, Any, Any]] = [
    (field("text"), "Ünï\n", "Ünï\n"),
    (field("text", max_length=2, min_length=2, pattern="^a"), "ab", "ab"),
    (field("text", choices=CHOICES), "a", "a"),
    (field("integer"), 2**63 - 1, 2**63 - 1),
    (field("integer", ge=1, le=3), 3, 3),
    (field("float"), 1, 1.0),
    (field("integer"), 1.0, 1),
    (field("integer"), -(2.0**53), -(2**53)),
    (field("decimal", digits=(10, 2)), "12345678.10", Decimal("12345678.10")),
    (field("decimal", digits=(10, 2)), "1.100", Decimal("1.10")),
    (field("decimal", digits=(3, 0)), Decimal("1E+2"), Decimal(100)),
    (field("decimal"), 1.1, Decimal("1.1")),
    (field("decimal"), 7, Decimal(7)),
    (field("decimal"), msgspec.Raw(b"12345678.10"), Decimal("12345678.10")),
    (field("decimal"), msgspec.Raw(b'"0.30000000000000004"'), Decimal("0.30000000000000004")),
    (field("integer"), msgspec.Raw(b" 7 "), 7),
    (field("boolean"), True, True),
    (field("date"), "2026-11-23", date(2026, 11, 23)),
    (field("time"), "17:30", time(17, 30)),
    (field("time"), "17:30:05.25", time(17, 30, 5, 250_000)),
    (field("datetime"), "2026-11-23T18:30+01:00", datetime(2026, 11, 23, 17, 30, tzinfo=UTC)),
    (field("datetime"), "2026-11-23 17:30:00z", datetime(2026, 11, 23, 17, 30, tzinfo=UTC)),
    (field("datetime", naive=True), "2026-11-23T17:30", datetime(2026, 11, 23, 17, 30)),
    (field("interval"), "P1DT2H", timedelta(days=1, hours=2)),
    (field("uuid"), "000000AB" + "0" * 24, UUID(int=0xAB << 96)),
    (field("binary"), "AP8=", b"\x00\xff"),
    (field("binary", max_length=2), b"\x00\xff", b"\x00\xff"),
    (field("json"), {"a": [1, 2.5, None, "ß"]}, {"a": [1, 2.5, None, "ß"]}),
    (field("json"), nested(30), nested(30)),
    (field("enum", Colour), "r", Colour.red),
    (field("enum", Colour), "red", Colour.red),
    (field("enum", Colour), Colour.r, Colour.r),
    (field("enum", Level), 2, Level.high),
    (field("enum", Level), "high", Level.high),
    (field("enum", str, choices=CHOICES), "b", "b"),
    (field("relation", int), 7, 7),
    (field("relation", PAIR), [7, "a"], (7, "a")),
    (field("relation", UUID), str(UUID(int=1)), UUID(int=1)),
    (field("relation", int, many=True), [1, 2], [1, 2]),
    (field("text", nullable=True), None, None),
]


@pytest.mark.parametrize(("field", "value", "found"), TAKEN)
def test_value_is_taken(field: Field, value: Any, found: Any) -> None:
    """A value that a field can have becomes one of the field's own type, exactly (S13)."""
    got = field.convert(value)
    assert (got, type(got)) == (found, type(found))
    assert str(got) == str(found)


REFUSED: list[tuple[Field, Any, str]] = [
    (field("text"), "a\0b", "This contains a NUL character, which cannot be kept."),
    (field("text"), "\ud800", "This contains half of a character, which cannot be kept."),
    (field("text"), 7, "This is not text."),
    (field("text"), None, "This must not be empty."),
    (field("text", max_length=2), "abc", "This has 3 characters, and at most 2 can be kept."),
    (field("text", min_length=2), "a", "This must have at least 2 characters."),
    (field("text", pattern="^a$"), "b", "This does not have the form that is asked for."),
    (field("text", choices=CHOICES), "c", "This is none of the values to choose from."),
    (field("binary", max_length=1), b"12", "This has 2 bytes, and at most 1 can be kept."),
    (field("integer"), 2**63, "This number is too large."),
    (field("integer"), -(2**63) - 1, "This number is too large."),
    (field("integer"), "7", "This is not a whole number."),
    (field("integer"), True, "This is not a whole number."),
    (field("integer"), 1.5, "This is not a whole number."),
    (field("integer"), 2.0**53 + 2, "This is not a whole number."),
    (field("integer", ge=1), 0, "This must be at least 1."),
    (field("integer", le=9), 10, "This must be at most 9."),
    (field("decimal", le=9), "9.5", "This must be at most 9."),
    (field("float"), float("nan"), "This is not a number that can be kept."),
    (field("float"), float("inf"), "This number is too large."),
    (field("float"), 2**63, "This number is too large."),
    (field("float"), True, "This is not a number."),
    (field("decimal"), "NaN", "This is not a decimal number."),
    (field("decimal"), Decimal("NaN"), "This is not a number that can be kept."),
    (field("decimal"), Decimal("-Infinity"), "This is not a number that can be kept."),
    (field("decimal"), float("inf"), "This is not a number that can be kept."),
    (field("decimal"), 0.1 + 0.2, "Give this number as text, for as a float it is not exact."),
    (field("decimal"), "1" * 5000, "This is not a decimal number."),
    (field("decimal", digits=(4, 2)), "100", "At most 2 digits before the point can be kept."),
    (field("decimal", digits=(4, 2)), "1.234", "At most 2 digits after the point can be kept."),
    (field("decimal", digits=(4, 2)), Decimal("1E+999999"),
     "At most 2 digits before the point can be kept."),
    (field("decimal", digits=(4, 2)), Decimal("1E-999999"),
     "At most 2 digits after the point can be kept."),
    (field("decimal", digits=(2, 1)), "10", "At most 1 digit before the point can be kept."),
    (field("decimal"), msgspec.Raw(b"1e400"), "This has a number that is too large."),
    (field("decimal"), msgspec.Raw(b"007"), "This is not JSON."),
    (field("json"), msgspec.Raw(b'"\\ud800"'), "This is not JSON."),
    (field("json"), msgspec.Raw(b"[" * 100_000), "This is not JSON."),
    (field("boolean"), "yes", "This is neither yes nor no."),
    (field("boolean"), 1, "This is neither yes nor no."),
    (field("date"), "20261123", "This is not a date, which is written as 2026-11-23."),
    (field("date"), "2026-02-30", "There is no such date or time."),
    (field("date"), datetime(2026, 1, 1), "This is not a date, which is written as 2026-11-23."),
    (field("time"), "25:00", "There is no such date or time."),
    (field("time"), "17:30Z", "A time of day is kept without a zone, so leave the zone out."),
    (field("datetime"), "2026-11-23T17:30:00",
     "This has no zone, so add one, such as Z for UTC or +01:00."),
    (field("datetime"), datetime(2026, 1, 1),
     "This has no zone, so add one, such as Z for UTC or +01:00."),
    (field("datetime", naive=True), datetime(2026, 1, 1, tzinfo=ZONE),
     "Date and time are kept without a zone here, so leave the zone out."),
    (field("datetime"), "0001-01-01T00:00:00+14:00", "This date is too far away."),
    (field("datetime"), "yesterday",
     "This is not a date with a time, which is written as 2026-11-23T17:30:00+01:00."),
    (field("interval"), "1 day", "This is not a duration, which is written as P1DT2H30M."),
    (field("interval"), "P" + "9" * 30 + "D",
     "This is not a duration, which is written as P1DT2H30M."),
    (field("interval"), timedelta(days=700_001), "A duration has at most 700,000 days."),
    (field("uuid"), "{" + str(UUID(int=1)) + "}", "This is not a UUID."),
    (field("binary"), "AP8", "This is not base64."),
    (field("binary"), "ÄÖ==", "This is not base64."),
    (field("binary"), 7, "These are not bytes, which are written as base64."),
    (field("json"), {"a": float("nan")}, "This has a number that cannot be kept."),
    (field("json"), [2**63], "This has a number that is too large."),
    (field("json"), {"a\0": 1}, "This contains a NUL character, which cannot be kept."),
    (field("json"), ["\udfff"], "This contains half of a character, which cannot be kept."),
    (field("json"), {1: 1}, "The names in an object of JSON must be text."),
    (field("json"), {"a": {1, 2}}, "This is not JSON."),
    (field("json"), nested(31), "This has more than 30 levels."),
    (field("enum", Colour), "green", "This is none of the values to choose from."),
    (field("enum", Level), True, "This is none of the values to choose from."),
    (field("enum", str, choices=CHOICES), "c", "This is none of the values to choose from."),
    (field("relation", int), "7", "This is not a whole number."),
    (field("relation", int, le=2**31 - 1), 2**31, "This must be at most 2147483647."),
    (field("relation", PAIR), [7], "This key has 2 parts."),
    (field("relation", PAIR), "7,a", "This key has 2 parts."),
    (field("relation", PAIR), [7, "\0"], "This contains a NUL character, which cannot be kept."),
    (field("relation", int, many=True), 7, "This is not a list."),
    (field("relation", int, many=True), ["x"], "This is not a whole number."),
]  # fmt: skip


@pytest.mark.parametrize(("field", "value", "message"), REFUSED)
def test_value_is_refused(field: Field, value: Any, message: str) -> None:
    """What no field or no database can hold is refused with one sentence that says why (S13)."""
    assert refused(field, value) == message


@pytest.mark.parametrize(
    ("field", "text", "found"),
    [
        (field("integer"), "-12", -12),
        (field("integer"), str(-(2**63)), -(2**63)),
        (field("float"), "1.5e3", 1500.0),
        (field("decimal"), "-0.50", Decimal("-0.50")),
        (field("boolean"), "on", True),
        (field("boolean"), "NO", False),
        (field("json"), '{"a": [1]}', {"a": [1]}),
        (field("enum", Level), "2", Level.high),
        (field("relation", int), "7", 7),
        (field("relation", str), "a~2Fb", "a/b"),
        (field("relation", PAIR), "7,a~2Cb", (7, "a,b")),
        (field("relation", int, many=True), ["7", "8"], [7, 8]),
        (field("text", nullable=True), "", ""),
        (field("integer", nullable=True), "", None),
        (field("relation", int, nullable=True), "", None),
    ],
)
def test_text_is_read(field: Field, text: Any, found: Any) -> None:
    """Text of a form or a query string becomes the field's type; no text is no value (S13)."""
    assert field.convert(text, text=True) == found


@pytest.mark.parametrize(
    ("field", "text"),
    [(field("integer"), text) for text in ["007", "1_0", "٣", " 1", "1 ", "+1", "-0", "1.0", ""]]
    + [(field("integer"), "9" * 5000), (field("integer"), "9223372036854775808")]
    + [(field("float"), text) for text in ["nan", "inf", "1e400", "1_0", ".5", "٣", "0x1p3", ""]]
    + [(field("decimal"), text) for text in ["1e3", "sNaN", "1_0", "٣", " 1", ".5", "5."]]
    + [(field("boolean"), text) for text in ["", "y", "2", "TRUE "]]
    + [(field("json"), text) for text in ["NaN", "[" * 100_000, '"\\u0000"', "{", ""]]
    + [(field("relation", int), text) for text in ["07", "1,2", "", "x"]]
    + [(field("relation", PAIR), text) for text in ["7", "7,a,b", "7,~61"]],
)
def test_text_is_not_read(field: Field, text: str) -> None:
    """A number has one writing in text, and no type reads what its own form is not (S13, S14)."""
    assert refused(field, text, text=True).endswith(".")


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(st.characters()),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters()), inner),
    max_leaves=20,
)
ANYTHING = JSON | st.binary() | st.decimals() | st.datetimes() | st.timedeltas() | st.uuids()
FIELDS = [
    *(row[0] for row in TAKEN),
    field("datetime", naive=True),
    field("relation", Colour),
]


@given(st.sampled_from(FIELDS), ANYTHING, st.booleans())
def test_conversion_says_yes_or_no(field: Field, value: Any, text: bool) -> None:
    """Whatever comes, it is converted or refused as a ValidationError; what came out stays."""
    try:
        found = field.convert(value, text=text)
    except msgspec.ValidationError:
        return
    assert field.convert(found) == found
    assert "\\u0000" not in json.dumps(msgspec.to_builtins(found))


def test_operand_is_of_the_type() -> None:
    """What is compared needs the type and the column's range, not lengths, patterns, choices."""
    text = field("text", min_length=3, pattern="^a", choices=CHOICES)
    assert convert_operand(text, "x") == "x"
    with pytest.raises(msgspec.ValidationError, match="at most 9"):
        convert_operand(field("integer", le=9), "10", text=True)
    with pytest.raises(msgspec.ValidationError, match="not text"):
        convert_operand(field("text", nullable=True), None)


@pytest.mark.parametrize(
    ("field", "schema"),
    [
        (field("text", min_length=1, max_length=5, pattern="^a"),
         {"type": "string", "minLength": 1, "maxLength": 5, "pattern": "^a"}),
        (field("integer", ge=0.5, le=9.5), {"type": "integer", "minimum": 1, "maximum": 9}),
        (field("float", ge=0), {"type": "number", "minimum": 0}),
        (
            field("decimal", digits=(4, 2), ge=0),
            {
                "type": "string",
                "format": "decimal",
                "pattern": r"^(0|[1-9][0-9]{0,1})(\.[0-9]{1,2})?$",
            },
        ),
        (field("text", choices=CHOICES), {"enum": ["a", "b"]}),
        (field("enum", str, choices=CHOICES), {"enum": ["a", "b"]}),
        (field("enum", Mixed), {"enum": ["point", "unit"]}),
        (field("datetime"), {"type": "string", "format": "date-time"}),
        (field("uuid"), {"type": "string", "format": "uuid"}),
        (field("binary"), {"type": "string", "contentEncoding": "base64"}),
        (field("json", nullable=True), {}),
        (field("relation", int, many=True), {"type": "array", "items": {"type": "integer"}}),
        (field("boolean", nullable=True), {"anyOf": [{"type": "boolean"}, {"type": "null"}]}),
    ],
)  # fmt: skip
def test_annotation_is_described(field: Field, schema: dict[str, Any]) -> None:
    """msgspec describes a field by its annotation: bounds, lengths, pattern, choices, None."""
    assert msgspec.json.schema(field.annotation) == schema


@pytest.mark.parametrize(
    ("field", "json"),
    [
        (field("text", max_length=2), b'"abc"'),
        (field("integer", ge=1), b"0"),
        (field("datetime"), b'"2026-11-23T17:30:00"'),
        (field("time"), b'"17:30:00Z"'),
        (field("enum", Level), b"3"),
        (field("date"), b"null"),
    ],
)
def test_annotation_refuses(field: Field, json: bytes) -> None:
    """A decoder that is made of the annotation refuses what the field refuses."""
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(json, type=field.annotation)


def test_key_of_an_unknown_type() -> None:
    """A relation whose key has no type that keys have says what to name."""
    with pytest.raises(TypeError, match="is no type of a key"):
        field("relation", dict).convert({})
