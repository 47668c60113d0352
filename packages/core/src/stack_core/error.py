"""The errors of setting an application up.

They are shown by ``flask …`` as one line, because they derive from Flask's own
error for an application that could not be loaded.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

import click
from flask.cli import NoAppException


class SetupError(NoAppException, RuntimeError):
    """An application could not be set up; the message says what to do."""

    exit_code = 1

    def __init__(self, message: str) -> None:
        super().__init__(message)

    def __str__(self) -> str:
        return self.message

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the message alone: how to call the command is not what is wrong."""
        click.echo(f"Error: {self.format_message()}", file=file, err=file is None)


class SettingsError(SetupError, ValueError):
    """One or more settings are wrong.

    :param problems: one sentence pair for each wrong setting.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.args = problems  # what a copy is made of
        self.problems = problems


class BadSecretKey(SettingsError):
    """There is no secret key, or it could be guessed.

    :param path: where the instance folder would keep one; None where a key is
        set and would go before it.
    """

    def __init__(self, problem: str, path: Path | None = None) -> None:
        super().__init__(problem)
        self.args = (problem, path)
        self.path = path


class MissingExtension(SetupError, LookupError):
    """An extension that is needed is not on the application.

    :param name: the extension that is needed.
    """

    def __init__(self, message: str, name: str) -> None:
        super().__init__(message)
        self.args = (message, name)
        self.name = name


class SlotTaken(SetupError):
    """A slot that has one owner was claimed a second time."""
