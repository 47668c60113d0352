"""Filters from outside: what is taken, what is refused, and that nothing else comes through."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from hypothesis import given
from hypothesis import strategies as st

from stack_core.access import NOBODY
from stack_core.condition import DEEPEST, MOST_PARTS, Conditions
from stack_core.conversion import convert_operand
from stack_core.description import Description, Field
from stack_core.desk import Desk
from stack_core.filter import OPERATORS, TRUE, All, AnyOf, Filter, Is, Not, Rule, Some, parts
from stack_core.path import Paths
from stack_core.problem import BadQuery, NotFound
from stack_core.query import Query

PUBLIC = [f"{kind}.read" for kind in ("book", "author", "team", "tag", "seat")]


@pytest.fixture
def desk(app: Flask, library: Any) -> Desk:
    return Desk(app, "book", public=PUBLIC)


def asked(desk: Desk, books: Any, where: Any) -> Filter:
    desk.page(Query(fields=(), where=where))
    found: Filter = books.asked[-1][1].where
    return found


TAKEN: list[tuple[Is, Any]] = [
    (Is("pages", "eq", "100"), 100),
    (Is("pages", "in", ["100", 200]), [100, 200]),
    (Is("pages", "in", ()), []),
    (Is("price", "lt", "1.25"), Decimal("1.25")),
    (Is("price", "ge", 1), Decimal(1)),
    (Is("published", "gt", "2026-01-01"), date(2026, 1, 1)),
    (Is("title", "eq", "1"), "1"),
    (Is("title", "contains", "a"), "a"),
    (Is("title", "starts", ""), ""),
    (Is("title", "lt", "M" * 300), "M" * 300),
    (Is("author", "eq", "1"), 1),
    (Is("author", "null", "false"), False),
    (Is("author.name", "null", True), True),
    (Is("seat", "eq", "7,a"), (7, "a")),
    (Is("seat", "in", [[7, "a"], (8, "b")]), [(7, "a"), (8, "b")]),
    (Is("", "in", ["1", 2]), [1, 2]),
    (Is("", "gt", "1"), 1),
    (Is("extra", "null", True), True),
    (Is("cover", "eq", "AA=="), b"\0"),
]


@pytest.mark.parametrize(("part", "value"), TAKEN)
def test_value_is_of_the_fields_type(desk: Desk, books: Any, part: Is, value: Any) -> None:
    """Values, and text of a query string, become values of the field's own type (S55)."""
    assert asked(desk, books, part) == Is(part.path, part.op, value)


REFUSED: list[Any] = [
    Is("pages", "eq", "x"), Is("pages", "eq", "007"), Is("pages", "eq", 10**23),
    Is("pages", "lt", 2**31), Is("pages", "eq", None), Is("pages", "eq", True),
    Is("pages", "eq", [1]), Is("pages", "in", "1"), Is("pages", "in", 1),
    Is("pages", "in", [None]), Is("pages", "in", list(range(1001))), Is("pages", "null", None),
    Is("pages", "null", "maybe"), Is("pages", "null", 2), Is("pages", "contains", "1"),
    Is("pages", "like", 1), Is("pages", "ne", 1), Is("pages", None, 1), Is("pages", [], 1),
    Is("price", "eq", "NaN"), Is("price", "eq", float("inf")), Is("price", "eq", "1.234"),
    Is("title", "eq", "a\0"), Is("title", "contains", "\ud800"), Is("title", "eq", "x" * 1001),
    Is("title", "in", ["x" * 1001]), Is("title", "contains", 7), Is("title", "starts", None),
    Is("published", "lt", "2026-13-01"), Is("published", "contains", "2026"),
    Is("state", "eq", "unknown"), Is("state", "lt", "d"), Is("state", "starts", "d"),
    Is("extra", "eq", {}), Is("extra", "contains", "a"), Is("cover", "eq", b"x" * 1001),
    Is("cover", "lt", b""), Is("author", "lt", 1), Is("author", "contains", "1"),
    Is("author", "eq", "01"), Is("author", "eq", 2**63), Is("author", "eq", (1, 2)),
    Is("seat", "eq", "7"), Is("seat", "eq", (7,)), Is("seat", "eq", (7, "a\0")),
    Is("seat", "gt", (7, "a")), Is("", "null", True), Is("", "contains", "1"),
    Is("", "eq", "1x"), Is("token", "eq", "x"), Is("tags", "eq", "new"), Is("raw", "eq", "x"),
    Is(7, "eq", 1), Is(None, "eq", 1), Some("author"), Some("title"), Some("tags.name"), Some(7),
    Some("tags", Is("title", "eq", "x")), Some("tags", None), Rule("inner", (1,)),
    Rule("unknown"), Rule("long"), Rule("long", (1, 2)), Rule("long", ("x",)),
    Rule("long", (10**23,)), Rule("long", ("1" * 2000,)), Rule(7), Rule("long", 7),
    Not(None), Not("x"), All(("x",)), All(None), All("ab"), AnyOf(({},)), "x", None, {}, 7, Is,
]  # fmt: skip


@pytest.mark.parametrize("part", REFUSED, ids=lambda part: repr(part)[:60])
def test_condition_is_refused(desk: Desk, books: Any, part: Any) -> None:
    """What is no condition of this kind is one clear error, and no store hears of it (S55)."""
    for where in (part, Not(part), All((Is("pages", "eq", 1), part))):
        with pytest.raises(BadQuery) as caught:
            desk.page(Query(fields=(), where=where))
        assert caught.value.detail.count(". ") >= 1
    assert books.asked == []


def test_open_rule_is_taken(desk: Desk, books: Any) -> None:
    """A rule that is open to callers takes values of its parameters' types (S22)."""
    assert asked(desk, books, Rule("long", ("200",))) == Rule("long", (200,))
    page = desk.page(Query(fields=("title",), where=Rule("long", (300,))))
    assert page.rows == [("Cats",), ("Dogs",)]


def test_scope_may_name_any_rule(app: Flask, library: Any, sign_in: Any) -> None:
    """A scope is the application's word: it names rules that callers may not (S27)."""
    sign_in("book.read", scopes={"book.read": Rule("inner", (400,))})
    assert Desk(app, "book").page(Query(fields=("title",))).rows == [("Dogs",)]


def test_size_has_a_bound(desk: Desk, books: Any) -> None:
    """A tree has at most a hundred parts and ten levels (S55)."""
    one = Is("pages", "eq", 1)
    deep: Filter = one
    for _ in range(DEEPEST - 1):
        deep = Not(deep)
    assert asked(desk, books, deep) == deep
    wide = All((one,) * (MOST_PARTS - 1))
    assert asked(desk, books, wide) == wide
    for where in (Not(deep), All((one,) * MOST_PARTS), AnyOf((wide, TRUE))):
        with pytest.raises(BadQuery, match="at most 100 parts in 10 levels"):
            desk.page(Query(fields=(), where=where))
    for _ in range(100_000):
        deep = Not(deep)
    with pytest.raises(BadQuery):
        desk.page(Query(fields=(), where=deep))


def test_refusal_is_short(desk: Desk) -> None:
    """What was typed is quoted, but not at any length."""
    with pytest.raises(BadQuery) as caught:
        desk.page(Query(fields=("x" * 100_000,), where=TRUE))
    assert len(caught.value.detail) < 300


class Colour(Enum):
    red = "r"


TYPES: dict[Any, Any] = {
    "text": str, "integer": int, "decimal": Decimal, "float": float, "boolean": bool,
    "date": date, "datetime": datetime, "uuid": UUID, "binary": bytes, "enum": Colour,
    "interval": None, "time": None, "json": None,
}  # fmt: skip
FIELDS = (
    *(Field(name=type, type=type, python=python, label=type) for type, python in TYPES.items()),
    Field(name="self", type="relation", python=int, label="self", relation="thing"),
    Field(name="many", type="relation", python=int, label="many", relation="thing", many=True),
)
THING = Description(
    kind="thing", label="Thing", plural="Things", key=(FIELDS[1],), fields=FIELDS, title="text",
    resolve=lambda kind: THING,
)  # fmt: skip
SCALARS = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.uuids()
    | st.text(st.characters()) | st.binary() | st.datetimes(timezones=st.just(UTC) | st.none())
    | st.sampled_from(["1", "true", "2026-01-01", "AA==", "r", "P1D", "\0", "1,2"])
)  # fmt: skip
PATHS = st.sampled_from(
    ["", *TYPES, "self", "self.text", "self.self.integer", "many", "x", "self.many"]
)
LEAVES = st.builds(Is, PATHS, st.sampled_from([*OPERATORS, "like"]), SCALARS | st.lists(SCALARS))
TREES = st.recursive(
    LEAVES | st.builds(Rule, PATHS),
    lambda inner: st.builds(All, st.lists(inner).map(tuple)) | st.builds(Not, inner)
    | st.builds(Some, PATHS, inner),
    max_leaves=8,
)  # fmt: skip


@given(TREES)
def test_what_passes_is_clean(tree: Filter) -> None:
    """Whatever is asked, it is refused, or every value has its field's type and range (S55)."""
    paths = Paths()

    def look(description: Description, text: Any, to_many: bool) -> Any:
        try:
            return paths.find(description, text, to_many=to_many)
        except LookupError:
            raise BadQuery() from None

    try:
        found = Conditions(look).check(tree, THING)
    except BadQuery:
        return
    for part in parts(found):
        if isinstance(part, Is) and part.op not in ("null", "in"):
            path = paths.find(THING, part.path)
            assert convert_operand(path.columns[0], part.value) == part.value
        if isinstance(part, Is) and part.op == "in":
            assert None not in part.value
    assert Conditions(look).check(found, THING) == found


def test_nobody_is_not_found(desk: Desk) -> None:
    """A public desk serves nobody in particular."""
    assert desk.require("read").identity == NOBODY
    with pytest.raises(NotFound):
        desk.row(99, ("title",))
