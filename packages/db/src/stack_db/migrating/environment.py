"""What is added to a run of ``env.py``, whoever wrote that."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from typing import Any

from alembic import context
from alembic.util import CommandError
from flask import Flask
from sqlalchemy.engine import Engine

from ..searching import autogeneration
from .catalogue import Catalogue
from .lock import alone

Include = Callable[..., bool]


def run(revisions: Catalogue, run_env: Callable[[], None]) -> None:
    """Run ``env.py`` once.

    Existing ones pass anything to ``context.configure``, so what is ours is added there, where
    they say nothing else.

    :param run_env: Alembic's own way.
    :raises CommandError: the command cannot be run; the message says what to do.
    """
    scope = revisions.scope
    autogeneration.teach_alembic()
    proxied: Any = vars(context)["_proxy"]
    configure: Callable[..., None] = proxied.configure

    def configure_more(*positional: Any, **given: Any) -> None:
        connection = positional[0] if positional else given.get("connection")
        if connection is not None:
            _set_transactions(given, connection.dialect)
        given["include_object"] = _include(revisions, given.get("include_object"))
        if not given.get("process_revision_directives"):
            given["process_revision_directives"] = _leave_out_empty
        configure(*positional, **given)

    proxied.configure = configure_more
    _forget_hook(scope.app)
    options: Mapping[str, Any] = proxied.context_opts
    changes = "destination_rev" in options and not options.get("as_sql")
    engine = find_engine(scope.app) if changes else None
    with alone(engine) if engine is not None else nullcontext():
        try:
            run_env()
        except CommandError as error:
            if str(error) != "Target database is not up to date.":
                raise
            raise CommandError(_explain_behind(revisions)) from error


def find_engine(app: Flask) -> Engine | None:
    """Return the engine of the default database, or of the first that has a name."""
    database: Any = app.extensions["migrate"].db
    engines: Mapping[str | None, Engine] = getattr(database, "engines", {})
    named = sorted(key for key in engines if key is not None)
    key = None if None in engines or not named else named[0]
    return engines.get(key)


def _leave_out_empty(context: Any, revision: Any, directives: list[Any]) -> None:
    """Write no revision that changes nothing, as Flask-Migrate's own ``env.py`` does."""
    options = context.config.cmd_opts
    if getattr(options, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives.clear()
        context.config.print_stdout("No changes in schema detected.")


def _set_transactions(given: dict[str, Any], dialect: Any) -> None:
    """Give each revision a transaction of its own, also on SQLite where we begin it."""
    given.setdefault("transaction_per_migration", True)
    if dialect.name == "sqlite" and "do_begin" in vars(dialect):
        given.setdefault("transactional_ddl", True)


def _include(revisions: Catalogue, theirs: Include | None) -> Include:
    """Keep the tables of extensions out of the application's revisions.

    A table that both the models and the database have is compared, so that
    columns are seen which the application has added.
    """

    def include(thing: Any, name: str | None, type_: str, reflected: bool, other: Any) -> bool:
        if type_ == "table" and name is not None and not _is_compared(revisions, name, other):
            return False
        if not autogeneration.include(thing, name, type_, reflected, other):
            return False
        return theirs is None or bool(theirs(thing, name, type_, reflected, other))

    return include


def _is_compared(revisions: Catalogue, table: str, other: Any) -> bool:
    author = revisions.scope.author
    if author is not None:
        return table in author.migrations.tables
    return other is not None or table not in revisions.scope.owned | revisions.kept_tables


def _forget_hook(app: Flask) -> None:
    """Remove the hook that Flask-Migrate's ``env.py`` leaves behind.

    It belongs to the command before, and empties the revision of a later ``flask db check``.
    """
    arguments = getattr(app.extensions["migrate"], "configure_args", {})
    hook = arguments.get("process_revision_directives")
    if getattr(hook, "__module__", "") == "env_py":
        del arguments["process_revision_directives"]


def _explain_behind(revisions: Catalogue) -> str:
    shipped = [branch.name for branch in revisions.scope.branches]
    also = f", with the tables of {', '.join(map(repr, shipped))}" if shipped else ""
    return (
        f"Target database is not up to date. Run flask db upgrade first{also}; flask db status"
        " shows what is pending."
    )
