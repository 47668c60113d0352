"""One sentence instead of a traceback where a command meets a fault of the database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from flask import Flask
from sqlalchemy.exc import SQLAlchemyError

from .fault import describe, find_fault


def explain_faults(app: Flask) -> None:
    """Let the application's own commands say what is wrong with the database.

    In debug the traceback is shown, as it is for every other error. Click tells
    a context about errors from 8.2 on; with an older one it is shown always.
    """
    find = app.cli.get_command

    def find_and_explain(ctx: click.Context, name: str) -> click.Command | None:
        found = find(ctx, name)
        if found is not None and not app.debug:
            ctx.with_resource(_explained())
        return found

    # The group belongs to this application alone.
    vars(app.cli)["get_command"] = find_and_explain


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        fault = find_fault(error)
        if fault is None:
            raise
        raise click.ClickException(
            f"{fault.value} The driver says: {describe(error)}. Run the command again when that"
            " has passed, or with flask --debug to see where it was."
        ) from error
