"""Whatever stands in a setting or an argument: an answer, never a traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import click
import pytest
from click.testing import Result
from flask import Flask

from reference import own_entries, owners
from stack_core import SettingsError
from stack_core.reading import read_settings
from stack_core.settings import Option, Settings, options

HOSTILE: tuple[Any, ...] = (
    "-1",
    "1e400",
    "nan",
    "9" * 22,
    "9" * 5000,
    "1%00",
    "\0",
    "abc",
    "",
    " ",
    -(10**21),
    10**21,
    float("inf"),
    float("nan"),
    [],
    {"a": {}},
    object(),
    b"\xff",
)
SETTINGS = [
    pytest.param(settings, prefix, option, id=option.key)
    for _, prefix, settings in owners()
    for option in options(settings, prefix)
]
every_setting = pytest.mark.parametrize(("settings", "prefix", "option"), SETTINGS)
every_number = pytest.mark.parametrize(
    ("settings", "prefix", "option"),
    [
        each
        for each in SETTINGS
        if getattr(each.values[2].type, "__origin__", each.values[2].type) in (int, float)
    ],
)


def read(settings: type[Settings], prefix: str, option: Option, value: Any) -> str:
    """Read one value of a setting; return what the refusal says, or nothing."""
    try:
        read_settings({option.key: value}, settings, owner="toy", prefix=prefix)
    except SettingsError as error:
        return str(error)
    return ""


@every_setting
def test_hostile_setting_is_refused_or_read(
    settings: type[Settings], prefix: str, option: Option
) -> None:
    """A value is read, or refused in a sentence that names the key and no secret."""
    for value in HOSTILE:
        said = read(settings, prefix, option, value)
        assert not said or repr(option.key) in said
        if option.secret and len(str(value)) > 3:
            assert str(value) not in said


def bounds(option: Option) -> Iterator[tuple[float | None, float | None]]:
    """Yield the least and the greatest number that a setting allows."""
    for note in getattr(option.type, "__metadata__", ()):
        yield note.ge, note.le


@every_number
def test_number_has_two_ends(settings: type[Settings], prefix: str, option: Option) -> None:
    """A setting that is a number says how small and how large it may be, and means it."""
    ((least, most),) = bounds(option)
    assert least is not None
    assert most is not None
    for value in (least - 1, most + 1):
        assert repr(option.key) in read(settings, prefix, option, value)
    for value in (least, most):
        assert read(settings, prefix, option, value) == ""


def commands(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """Yield the path of each command of ours that does something, with a bad value for it."""
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from commands(inner, (*path, name))
        return
    for parameter in command.params:
        if isinstance(parameter.type, click.types.IntParamType):
            for value in ("-1", "9" * 30, "abc", "1e3"):
                yield (*path, parameter.opts[0], value)
        elif isinstance(parameter.type, click.Choice):
            for value in ("", "\x7f", "a" * 5000):
                yield (*path, parameter.opts[0], value)


OURS = [
    case
    for entry in own_entries("flask.commands")
    if entry.name == "stack"
    for case in commands(entry.load(), (entry.name,))
]


@pytest.mark.parametrize("arguments", OURS, ids=lambda case: " ".join(case)[:60])
def test_hostile_option_is_a_usage_error(
    run_flask: Callable[..., Result], arguments: tuple[str, ...]
) -> None:
    """A value that an option does not take is exit 2 and one sentence that quotes it."""
    result = run_flask(Flask("toy"), *arguments)
    assert result.exit_code == 2
    assert f"Invalid value for '{arguments[-2]}'" in result.stderr
