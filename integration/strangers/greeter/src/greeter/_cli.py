"""The commands ``flask greeter …``."""

from __future__ import annotations

import click
from flask.cli import AppGroup
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
        try:
            state.entries.add(text)
        except Invalid as problem:
            raise click.ClickException(problem.errors[0].message) from None
        click.echo(f"Added {text!r}.")

    @group.command("list")
    def list_entries() -> None:
        """Print the newest entries."""
        for text in state.entries.newest():
            click.echo(text)

    return group
