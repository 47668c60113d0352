"""Flask-Migrate, set up for every application and imported by those that migrate."""

from __future__ import annotations

import sys
from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Literal

from flask import Flask, appcontext_pushed, current_app
from flask.cli import AppGroup
from flask_sqlalchemy.extension import SQLAlchemy

from .instant import Instant

MIGRATE_KEY = "migrate"
"""Flask-Migrate's key in ``app.extensions``."""


class LazyMigrate:
    """What Flask-Migrate keeps in ``app.extensions["migrate"]``, made at its first use.

    Importing Alembic would double the time that an application takes to start.

    :param directory: the folder of the migrations.
    :param find_database: returns the application's ``SQLAlchemy`` instance.
    """

    def __init__(self, directory: str, find_database: Callable[[], SQLAlchemy]) -> None:
        self._directory = directory
        self._find_database = find_database

    @cached_property
    def _made(self) -> Any:
        from flask_migrate import Migrate

        holder: Any = SimpleNamespace(extensions={}, cli=AppGroup())
        Migrate(holder, self._find_database(), self._directory, render_item=render_item)
        made = holder.extensions[MIGRATE_KEY]
        made.migrate.configure(attach_scope)
        return made

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._made, name)


def attach_scope(config: Any) -> Any:
    """Let the command that this configuration is for know the application's extensions."""
    registry = current_app.extensions.get("stack", {})
    if "db" in registry:
        from .migrating.branch import Scope
        from .migrating.revisions import SCOPE

        app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
        scope = config.attributes[SCOPE] = Scope.of(app)
        scope.refuse_wrong_choice()
        # Alembic writes to what was the standard output when it was imported.
        config.stdout = sys.stdout
    return config


def join(app: Flask) -> None:
    """Give an application's own ``Migrate`` what ours has, whenever it comes."""
    config = app.extensions.get(MIGRATE_KEY)
    if isinstance(config, LazyMigrate):
        if "flask_migrate" in sys.modules:
            appcontext_pushed.connect(_join_late, app)
        return
    callbacks = getattr(getattr(config, "migrate", None), "configure_callbacks", None)
    if callbacks is not None and attach_scope not in callbacks:
        callbacks.append(attach_scope)


def _join_late(app: Flask, **extra: Any) -> None:
    if not isinstance(app.extensions.get(MIGRATE_KEY), LazyMigrate):
        appcontext_pushed.disconnect(_join_late, app)
        join(app)


def is_generated(column: Any) -> bool:
    """Tell whether a column is the one that :mod:`stack_db.live_unique` adds to a table."""
    module: Any = sys.modules.get("stack_db.live_unique")
    return module is not None and isinstance(column.computed, module.StoredComputed)


def render_item(kind: str, item: object, context: Any) -> str | Literal[False]:
    """Write our own column types into a new migration so that it can import them."""
    if kind == "column" and is_generated(item):
        context.imports.add("import stack_db.live_unique")
        return "stack_db.live_unique.make_column()"
    if kind == "type" and isinstance(item, Instant):
        context.imports.add("import stack_db")
        return "stack_db.Instant()"
    return False
