"""``flask db``: Flask-Migrate's commands, what is added to them, and our own."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click
import flask_migrate
from alembic.script.base import ScriptDirectory
from alembic.util import CommandError
from flask import current_app, g
from flask.cli import with_appcontext

from . import forgetting, status
from .choice import Choice, choosing

EXTENSION = click.Option(
    ["--extension"],
    metavar="NAME",
    default="",
    help="For its author: write the next revision of this extension into its package.",
)


def add_commands(theirs: Mapping[str, click.Command]) -> dict[str, click.Command]:
    """Return all commands of ``flask db``; those of Flask-Migrate's group stay as they are."""
    ours = {command.name: command for command in (show_status, resume, forget)}
    extended = {name: _take_extension(theirs[name]) for name in ("migrate", "revision")}
    return {**theirs, **extended, "edit": _edit(theirs["edit"]), **ours}  # type: ignore[dict-item]


def _copy(
    command: click.Command, callback: Callable[..., Any], *more: click.Option
) -> click.Command:
    return click.Command(
        command.name,
        callback=callback,
        params=[*command.params, *more],
        help=command.help,
    )


def _take_extension(command: click.Command) -> click.Command:
    run: Any = command.callback

    @wraps(run)
    def run_for(extension: str, **given: Any) -> None:
        with choosing(Choice(extension=extension)):
            run(**given)

    return _copy(command, run_for, EXTENSION)


def _edit(command: click.Command) -> click.Command:
    """Make ``flask db edit`` open the application's current revision, not an extension's."""
    run: Any = command.callback

    @wraps(run)
    def edit(revision: str, **given: Any) -> None:
        revision = (
            _guarded(_find_own, given.get("directory")) if revision == "current" else revision
        )
        run(revision=revision or "current", **given)

    return _copy(command, with_appcontext(edit))


def _find_own(directory: str | None) -> str:
    config = status.read_config(directory)
    script: Any = ScriptDirectory.from_config(config)
    if not hasattr(script, "is_own"):
        return ""
    (standing, *_) = status.find_standings(config, script)
    current = script.get_all_current(standing.heads)
    own = [each.revision for each in current if each is not None and script.is_own(each)]
    return own[0] if len(own) == 1 else ""


def _guarded(run: Callable[..., Any], *given: Any) -> Any:
    """Run our own part of a command.

    :raises click.ClickException: it cannot be done; one or two sentences.
    """
    if "db" not in current_app.extensions.get("stack", {}):
        raise click.ClickException(
            "'db' is not on this application. Call Database(…).init_app(app) first."
        )
    try:
        return run(*given)
    except CommandError as error:
        raise click.ClickException(str(error)) from error


@click.command("status")
@with_appcontext
def show_status() -> None:
    """Show what is applied and what is pending, branch by branch."""
    for line in _guarded(lambda: list(status.report(g.directory))):
        click.echo(line)


@click.command("resume")
@with_appcontext
def resume() -> None:
    """Go on with a revision that stopped half-way on MariaDB or MySQL."""
    entries = _guarded(_find_entries)
    if not entries:
        click.echo("No revision has stopped half-way. Run flask db upgrade for what is pending.")
        return
    last = entries[-1]
    with choosing(Choice(resumes=True)):
        flask_migrate.upgrade(g.directory, revision="heads", x_arg=g.x_arg)
    click.echo(f"The {last.direction} of revision {last.revision!r} is complete.")
    if last.target[:1] not in ("+", "-"):
        go_on = flask_migrate.upgrade if last.direction == "upgrade" else flask_migrate.downgrade
        go_on(g.directory, revision=last.target, x_arg=g.x_arg)


def _find_entries() -> Any:
    config = status.read_config(g.directory)
    standings = status.find_standings(config, ScriptDirectory.from_config(config))
    return next((standing.entries for standing in standings if standing.entries), ())


@click.command("forget")
@click.argument("name")
@click.option(
    "--keep-tables/--drop-tables",
    "keeps",
    default=None,
    help="Leave its tables alone from now on, or drop them with a revision.",
)
@with_appcontext
def forget(name: str, keeps: bool | None) -> None:
    """Let the migrations go on without an extension that was uninstalled."""
    if keeps is None:
        if not sys.stdin.isatty():
            raise click.ClickException(
                f"Nobody is here to ask about the tables of {name!r}."
                " Run the command with --keep-tables or --drop-tables."
            )
        keeps = click.confirm(f"Shall the tables of {name!r} be kept?", default=True)
    for line in _guarded(lambda: list(forgetting.forget(name, g.directory, keeps=bool(keeps)))):
        click.echo(line)
