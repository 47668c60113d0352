"""``flask db …``: Flask-Migrate's own commands, imported when one of them is run."""

from __future__ import annotations

from typing import Any

import click
from flask import current_app, has_app_context
from flask.cli import ScriptInfo
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from .migrate import MIGRATE_KEY, join, render_item


class LazyGroup(click.Command):
    """Stands for Flask-Migrate's group until it is run.

    ``flask`` loads the commands of every installed distribution, so importing
    Alembic here would slow down all of its commands.
    """

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        """Hand over to the group."""
        return _find_group(parent).make_context(info_name, args, parent, **extra)


db = LazyGroup("db", help="Perform database migrations.", add_help_option=False)


def _find_group(parent: click.Context | None) -> click.Command:
    """Return the application's own ``db`` commands, if it has others, or Flask-Migrate's."""
    own = _find_own(parent)
    if own is not None:
        return own
    from flask_migrate.cli import db as imported

    from .data._cli import COMMANDS
    from .migrating.commands import add_commands

    group: Any = imported

    def enter(**given: Any) -> None:
        group.callback(**given)
        _teach_types(current_app.extensions.get(MIGRATE_KEY))
        if "db" in current_app.extensions.get("stack", {}):
            join(current_app._get_current_object())  # type: ignore[attr-defined]

    return GuardedGroup(
        name=group.name,
        commands={**add_commands(group.commands), **{str(each.name): each for each in COMMANDS}},
        callback=enter,
        params=group.params,
        help=group.help,
    )


def _teach_types(config: Any) -> None:
    """Let an application's own ``Migrate`` write our column types too."""
    if config is not None:
        config.configure_args.setdefault("render_item", render_item)


def _find_own(parent: click.Context | None) -> click.Command | None:
    info = parent.find_object(ScriptInfo) if parent else None
    if info is None:
        return None
    try:
        own = info.load_app().cli.commands.get("db")
    except Exception:
        # Help is given without an application; a command will say what is wrong.
        return None
    if own is None or isinstance(own, LazyGroup) or _is_flask_migrate(own):
        return None
    return own


def _is_flask_migrate(command: click.Command) -> bool:
    module = getattr(command.callback, "__module__", "") or ""
    return module.partition(".")[0] == "flask_migrate"


class GuardedGroup(click.Group):
    """Flask-Migrate's commands, with one sentence for an error of the database."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command.

        :raises click.ClickException: the database refused or was not reached.
        """
        try:
            return super().invoke(ctx)
        except SQLAlchemyError as error:
            if has_app_context() and current_app.debug:
                raise
            raise click.ClickException(_explain(error)) from error


def _explain(error: SQLAlchemyError) -> str:
    cause = error.orig if isinstance(error, DBAPIError) else error
    said = " ".join(str(cause).split())
    statement = " ".join((getattr(error, "statement", None) or "").split())
    asked = f" It was asked: {statement}." if statement else ""
    notes = "".join(f" {note}" for note in getattr(error, "__notes__", ()))
    more = " Run flask --debug db … for the whole traceback."
    return f"The database said: {said.rstrip('.')}.{asked}{notes}{more}"
