"""Filters, held against objects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stack_core.filter import (
    FALSE,
    OPERATORS,
    TRUE,
    All,
    AnyOf,
    Filter,
    Is,
    Not,
    Reader,
    Rule,
    Some,
    fold,
    holds,
    parts,
)


class Row:
    """Reads a dictionary."""

    def __init__(self, **values: Any) -> None:
        self.values: Mapping[str, Any] = values

    def value(self, path: str) -> Any:
        return self.values.get(path)

    def some(self, path: str) -> Iterable[Reader]:
        found: list[Reader] = self.values[path]
        return found

    def rule(self, name: str, values: tuple[Any, ...]) -> bool:
        return bool(self.values[name] == values)


ROW = Row(
    pages=3, title="Straße 100%", name="İz_", none=None, long=(1, 2),
    tags=[Row(word="new", year=1), Row(word="old", year=2)], empty=[],
)  # fmt: skip


@pytest.mark.parametrize(
    ("part", "found"),
    [
        (Is("pages", "eq", 3), True),
        (Is("pages", "lt", 3), False),
        (Is("pages", "le", 3), True),
        (Is("pages", "gt", 2), True),
        (Is("pages", "ge", 4), False),
        (Is("pages", "in", [1, 3]), True),
        (Is("pages", "in", []), False),
        (Is("pages", "null", False), True),
        (Is("none", "null", True), True),
        (Is("none", "null", False), False),
        (Is("title", "contains", "STRA"), True),
        (Is("title", "contains", "strasse"), False),
        (Is("title", "contains", "100%"), True),
        (Is("title", "contains", "1%0"), False),
        (Is("title", "starts", "s"), True),
        (Is("title", "starts", "traße"), False),
        (Is("title", "eq", "straße 100%"), False),
        (Is("title", "eq", "Straße 100% "), False),
        (Is("name", "contains", "z_"), True),
        (Is("name", "starts", "iz"), False),
        (TRUE, True),
        (FALSE, False),
        (All((TRUE, FALSE)), False),
        (AnyOf((TRUE, FALSE)), True),
        (Some("tags"), True),
        (Some("empty"), False),
        (Some("tags", All((Is("word", "eq", "new"), Is("year", "eq", 1)))), True),
        (Some("tags", All((Is("word", "eq", "new"), Is("year", "eq", 2)))), False),
        (Not(Some("tags", Is("word", "eq", "lost"))), True),
        (Rule("long", (1, 2)), True),
        (Rule("long", (2,)), False),
    ],
)
def test_filter_holds(part: Filter, found: bool) -> None:
    """Each operator and part says what S17 to S21 promise; ``Not`` says the opposite."""
    assert holds(part, ROW) is found
    assert holds(Not(part), ROW) is not found


@pytest.mark.parametrize("op", OPERATORS)
def test_missing_value(op: Any) -> None:
    """A comparison with a missing value is false, and its Not is true (S17)."""
    part = Is("none", op, {"in": [None], "null": False}.get(op, "x"))
    assert not holds(part, ROW)
    assert holds(Not(part), ROW)
    if op in ("lt", "le", "gt", "ge"):
        assert not holds(Is("pages", op, None), ROW)


@given(st.text(), st.text())
def test_case_of_ascii_alone(one: str, other: str) -> None:
    """Only ASCII letters lose their case: a database may fold more, never fewer (S18)."""
    assert len(fold(one)) == len(one)
    assert fold(one) == "".join(c.lower() if c.isascii() else c for c in one)
    assert holds(Is("x", "contains", other), Row(x=f"{one}{other.swapcase()}")) or any(
        not c.isascii() for c in other
    )


def test_parts_are_all_of_it() -> None:
    """Everything that a filter is made of is found, from the outside in."""
    one, two = Is("a", "eq", 1), Rule("b")
    tree = All((Not(one), AnyOf((Some("c", two),))))
    assert list(parts(tree)) == [tree, tree.parts[0], one, tree.parts[1], Some("c", two), two]


def test_filter_is_data() -> None:
    """A tree can be written, kept, read again and compared (S22)."""
    tree: Filter = All((Not(Is("a", "in", [1, 2])), AnyOf((Some("b", Rule("c", ("x",))),)), FALSE))
    text = msgspec.json.encode(tree)
    assert msgspec.json.decode(text, type=Filter) == tree
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"type":"is","path":"a","op":"like","value":1}', type=Filter)
