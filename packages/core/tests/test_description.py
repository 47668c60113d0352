"""Descriptions: paths, relations, keys."""

from __future__ import annotations

from typing import Any

import pytest

from stack_core.description import MOST_TRAILS, Description, Field
from stack_core.filter import TRUE, Is
from stack_core.query import EVERYTHING, Reach


def field(name: str, type: Any = "text", **more: Any) -> Field:
    return Field(name=name, type=type, python=int, label=name, **more)


KINDS: dict[str, Description] = {}


def describe(kind: str, *fields: Field) -> Description:
    KINDS[kind] = Description(
        kind=kind, label=kind, plural=kind, key=fields[:1], fields=fields, title="name",
        resolve=KINDS.__getitem__,
    )  # fmt: skip
    return KINDS[kind]


PERSON = describe(
    "person",
    field("id", "integer"),
    field("name"),
    field("boss", "relation", relation="person"),
    field("team", "relation", relation="team", far=True),
    field("books", "relation", relation="book", many=True),
)
describe("team", field("id", "integer"), field("name"))


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("", []),
        ("name", ["name"]),
        ("boss", ["boss"]),
        ("boss.name", ["boss", "name"]),
        ("boss.boss.boss.boss.name", ["boss"] * 4 + ["name"]),
        ("team", ["team"]),
    ],
)
def test_path_leads_along_fields(path: str, names: list[str]) -> None:
    """A path names fields through to-one relations; the empty one is the row's own (S11)."""
    assert [field.name for field in PERSON.trail(path)] == names
    assert PERSON.trail(path) is PERSON.trail(path)


@pytest.mark.parametrize(
    "path",
    ["nothing", "name.x", "boss.nothing", "books", "books.title", "boss.books", "team.name", ".",
     "boss.", ".name", "boss..name", " name", "name ", "boss.boss.boss.boss.boss.name"],
)  # fmt: skip
def test_path_that_is_none(path: str) -> None:
    """Through a to-many relation, into another database, beyond five steps is no path (S12)."""
    with pytest.raises(LookupError):
        PERSON.trail(path)


def test_paths_are_kept_in_bounds() -> None:
    """The number of remembered paths is bounded, and none that does not exist is remembered."""
    some = describe("many", *(field(f"f{n}") for n in range(MOST_TRAILS + 50)))
    for one in some.fields:
        assert some.trail(one.name) == (one,)
    with pytest.raises(LookupError):
        some.trail("f")
    assert len(some._trails) == MOST_TRAILS


def test_related_description() -> None:
    """A relation leads to the other kind's description."""
    assert PERSON.related("team") is KINDS["team"]
    assert PERSON.by_name["team"].relation == "team"


@pytest.mark.parametrize(
    ("more", "readable"),
    [({}, True), ({"write_only": True}, False), ({"secret": True}, False)],
)
def test_readable(more: dict[str, bool], readable: bool) -> None:
    """What is written only, or secret, is never read."""
    assert field("x", **more).readable is readable


def test_reach_is_by_kind() -> None:
    """A kind that nobody named is an error and not every row; code that nobody asks sees all."""
    red = Is("team", "eq", 1)
    reach = Reach(through=(("author", red),))
    assert reach.of("author") == red
    with pytest.raises(LookupError, match="No scope was given for 'team'"):
        reach.of("team")
    assert EVERYTHING.of("team") == TRUE
