"""Counting finds what a scanner finds: nobody can read a body in two ways."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stack_rest.http.body import inspect_json
from stack_rest.http.tree import count_members, read_tree, scan
from stack_rest.problem.catalogue import Unreadable

BLANKS = st.sampled_from(["", "", "", " ", "\n", "\t ", "\r\n"])
NAMES = st.sampled_from(['"a"', '"b"', '"\\u0061"', '":"', '"\\":"', '" :"', '"a\\\\"', '""'])
SCALARS = NAMES | st.sampled_from(["1", "null", "-0", "1.5e3", "9223372036854775807"])
LARGE = st.sampled_from(["9223372036854775808", "1" * 25, '"1234567890123456789012"'])


@st.composite
def objects(draw: Any, inner: Any) -> str:
    """Return an object, in which a name may stand twice."""
    members = draw(st.lists(st.tuples(NAMES, BLANKS, BLANKS, inner), max_size=4))
    return "{" + ",".join(f"{name}{a}:{b}{value}" for name, a, b, value in members) + "}"


@st.composite
def lists(draw: Any, inner: Any) -> str:
    """Return a list."""
    return "[" + ",".join(draw(st.lists(inner, max_size=3))) + "]"


BODIES = st.recursive(SCALARS | LARGE, lambda inner: objects(inner) | lists(inner), max_leaves=10)


def refuses(check: Any, body: bytes) -> bool:
    try:
        check(body)
    except Unreadable:
        return True
    return False


@settings(max_examples=400, deadline=None)
@given(body=BODIES)
def test_counting_refuses_what_a_scanner_refuses(body: str) -> None:
    """Both see a name that stands twice and a number that is too large, and nothing else."""
    assert refuses(inspect_json, body.encode()) == refuses(scan, body.encode())


@settings(max_examples=200, deadline=None)
@given(body=BODIES)
def test_members_are_counted_as_they_are(body: str) -> None:
    """Whatever the tree looks like."""

    def count(value: Any) -> int:
        if isinstance(value, dict):
            return len(value) + sum(map(count, value.values()))
        return sum(map(count, value)) if isinstance(value, list) else 0

    tree = json.loads(body)
    assert count_members(tree) == count(tree)


@pytest.mark.parametrize(("levels", "taken"), [(100, True), (101, False), (900, False)])
def test_levels_are_bounded(levels: int, taken: bool) -> None:
    """So many that nobody misses more, and so few that every reader has the stack for them."""
    body = b"[" * levels + b"]" * levels
    assert refuses(lambda sent: count_members(read_tree(sent)), body) is not taken
