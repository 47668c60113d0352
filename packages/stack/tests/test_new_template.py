"""The little language of the scaffold's files."""

from __future__ import annotations

import pytest

from stack._new.template import render

TEXT = """\
a = @{name}
    @{if db}
b
@{if postgres}
c
@{end}
@{else}
d
@{end}
e
"""


@pytest.mark.parametrize(
    ("switches", "lines"),
    [
        ({"db"}, ["a = x", "b", "e"]),
        ({"db", "postgres"}, ["a = x", "b", "c", "e"]),
        ({"postgres"}, ["a = x", "d", "e"]),
    ],
)
def test_lines_depend_on_switches(switches: set[str], lines: list[str]) -> None:
    """Conditions nest; their own lines are left out."""
    assert render(TEXT, {"name": "x"}, switches).splitlines() == lines


def test_other_signs_are_left_alone() -> None:
    """Jinja, CSS, shell and decorators need no escape."""
    text = "{{ x }} {% if y %} @media { } ${z} $(ls) @blueprint.get('/')\n"
    assert render(text, {}, set()) == text


def test_value_is_not_rendered_again() -> None:
    """A value that looks like a placeholder stays as it is."""
    assert render("@{a}", {"a": "@{b}", "b": "!"}, set()) == "@{b}"


@pytest.mark.parametrize(
    ("text", "error"),
    [("@{nobody}", KeyError), ("@{if db}\n", ValueError), ("@{end}\n", IndexError)],
)
def test_mistake_in_a_file_is_an_error(text: str, error: type[Exception]) -> None:
    """A slip in the scaffold is found by the first test that draws it."""
    with pytest.raises(error):
        render(text, {}, set())
