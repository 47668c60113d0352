"""Values of every type: what is sent comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest


@pytest.mark.parametrize(
    ("name", "sent", "shown"),
    [
        ("text", "", ""),
        ("text", " a\tb\n😀\u202e\ufeff", " a\tb\n😀\u202e\ufeff"),
        ("text", "a\u0301", "a\u0301"),
        ("integer", 2**63 - 1, 2**63 - 1),
        ("integer", -(2**63), -(2**63)),
        ("decimal", "12345678.1234", "12345678.1234"),
        ("decimal", "0.1", "0.1000"),
        ("decimal", "-3", "-3.0000"),
        ("floating", 1.5e300, 1.5e300),
        ("floating", 1, 1.0),
        ("boolean", False, False),
        ("day", "2024-02-29", "2024-02-29"),
        ("clock", "23:59:59.999999", "23:59:59.999999"),
        ("clock", "07:30", "07:30:00"),
        ("moment", "2026-02-28T12:00:00+05:30", "2026-02-28T06:30:00Z"),
        ("moment", "2026-02-28T12:00:00.123456Z", "2026-02-28T12:00:00.123456Z"),
        ("span", "P1DT2H", "P1DT7200S"),
        ("span", "-PT1.5S", "-PT1.5S"),
        ("uuid", "6BA7B810-9DAD-11D1-80B4-00C04FD430C8", "6ba7b810-9dad-11d1-80b4-00c04fd430c8"),
        ("binary", "AP8=", "AP8="),
        ("binary", "", ""),
        ("json", {"a": [1, 2.5, None, True, {"b": ""}]}, {"a": [1, 2.5, None, True, {"b": ""}]}),
        ("json", [], []),
        ("json", "text", "text"),
        ("json", 0, 0),
        ("mixed", "ONE", "ONE"),
        ("mixed", "TEXT", "TEXT"),
        ("mixed", "HALF", "HALF"),
        ("sized", 2, 2),
    ],
    ids=lambda value: str(value)[:30],
)
def test_value_comes_back(api: Any, name: str, sent: Any, shown: Any) -> None:
    """A value is shown alike by its create, a read, a list, a line and a change."""
    made = api.post("/samples", {name: sent})
    assert made.status_code == 201, made.text
    assert made.json[name] == shown
    address = made.headers["Location"]
    assert api.get(address).data == made.data
    assert api.items("/samples")[0] == made.json
    assert json.loads(api.get("/samples?format=jsonl").text) == made.json
    assert api.patch(address, {name: None}, match=None).json[name] is None
    assert api.patch(address, {name: shown}, match=None).data == made.data
    assert api.put(address, {name: shown}, match=None).data == made.data


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("text", ["a"]),
        ("text", "x" * 201),
        ("integer", "1"),
        ("integer", 1.5),
        ("integer", True),
        ("decimal", "1e5"),
        ("decimal", "Infinity"),
        ("decimal", "0.00001"),
        ("decimal", True),
        ("decimal", [1]),
        ("floating", "1.5"),
        ("floating", True),
        ("boolean", 1),
        ("boolean", "true"),
        ("day", "2026-02-30"),
        ("day", "2026-2-3"),
        ("day", "2026-02-28T00:00:00Z"),
        ("day", 20260228),
        ("clock", "25:00"),
        ("clock", "12:00Z"),
        ("moment", "2026-02-28T12:00:00"),
        ("moment", "0001-01-01T00:00:00+14:00"),
        ("moment", 1700000000),
        ("span", "1 day"),
        ("span", "P999999999D"),
        ("span", 5),
        ("uuid", "x"),
        ("uuid", 5),
        ("binary", "*"),
        ("binary", "AP8"),
        ("binary", [1]),
        ("mixed", "half"),
        ("mixed", 2),
        ("mixed", 0.5),
        ("mixed", "=text"),
        ("mixed", True),
        ("sized", 3),
        ("sized", "small"),
        ("sized", "SMALL"),
        ("sized", "1"),
        ("sized", True),
        ("key", {}),
    ],
    ids=lambda value: str(value)[:30],
)
def test_value_of_another_type(api: Any, name: str, wrong: Any) -> None:
    """A value of another type is refused at its name, in a body and, as text, in a filter."""
    answer = api.post("/samples", {name: wrong})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json["errors"]] == [f"/{name}"]


@pytest.mark.parametrize("number", [0.1, -3, 12.0])
def test_decimal_is_no_number(api: Any, number: float) -> None:
    """A decimal is text, as the document says: who writes a number may have another one."""
    answer = api.post("/samples", {"decimal": number})
    assert [each["detail"] for each in answer.json["errors"]] == [
        'A decimal is sent as text, such as "9.90".'
    ]
    writes = [{"act": "create", "values": {"decimal": number}}]
    made = api.post("/samples/bulk", {"mode": "each", "writes": writes}).json["results"]
    assert made[0]["status"] == 422
