"""The commands ``flask greeter …``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask.cli import AppGroup
from sqlalchemy.exc import DBAPIError
from stack_core.problem import Invalid

from .state import State


def make_commands(state: State) -> AppGroup:
    """Return the commands of one application."""
    group = AppGroup("greeter", help="Greeter.")

    @group.command()
    def show() -> None:
        """Print the text."""
        click.echo(state.settings.text)

    @group.command()
    @click.argument("text")
    def add(text: str) -> None:
        """Add an entry."""
        with explained():
            state.entries.add(text)
        click.echo(f"Added {text!r}.")

    @group.command("list")
    def list_entries() -> None:
        """Print the newest entries."""
        with explained():
            found = state.entries.newest()
        for text in found:
            click.echo(text)

    return group


@contextmanager
def explained() -> Iterator[None]:
    """Say in a sentence that a text does not fit, or that a table is missing."""
    try:
        yield
    except Invalid as problem:
        raise click.ClickException(problem.errors[0].message) from None
    except DBAPIError as error:
        # The database notes on such an error what to run.
        notes: list[str] = getattr(error, "__notes__", [])
        if not notes:
            raise
        raise click.ClickException(" ".join(notes)) from None
