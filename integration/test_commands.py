"""Our commands ask for nothing that should not be typed, and explain themselves anywhere."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator

import click
import pytest
from click.testing import Result

from reference import own_entries, stack_commands

SECRET = re.compile(r"pass|secret|token|credential|(^|[-_])key($|[-_])")
STACK_COMMANDS = stack_commands()


def walk(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    """Yield a command and all below it."""
    yield path, command
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from walk(inner, *path, name)


OURS = [each for entry in own_entries("flask.commands") for each in walk(entry.load(), entry.name)]
every_command = pytest.mark.parametrize(
    ("path", "command"), OURS, ids=[" ".join(path) for path, _ in OURS]
)


@every_command
def test_no_option_takes_a_secret(path: tuple[str, ...], command: click.Command) -> None:
    """What is typed stands in the list of processes and in the shell's history."""
    for parameter in command.params:
        takes_value = not (isinstance(parameter, click.Option) and parameter.is_flag)
        assert not (takes_value and SECRET.search(parameter.name or "")), parameter.name


@every_command
def test_help_needs_no_database(
    run_flask: Callable[..., Result], path: tuple[str, ...], command: click.Command
) -> None:
    """``--help`` works where the application cannot even be made."""
    result = run_flask(None, *path, "--help")
    assert result.exit_code == 0
    assert result.stdout.startswith("Usage: ")


@pytest.mark.parametrize("name", STACK_COMMANDS)
def test_stack_command_takes_no_secret(name: str) -> None:
    """The commands of ``stack`` have no option for a secret either."""
    command = [sys.executable, "-m", "stack", name, "--help"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    options = re.findall(r"--([a-z][a-z-]*)", done.stdout)
    assert options
    assert [option for option in options if SECRET.search(option)] == []
