"""Flask-Migrate, set up for every application and imported by those that migrate."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from types import SimpleNamespace
from typing import Any, Literal

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
        return holder.extensions[MIGRATE_KEY]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(self._made, name)


def render_item(kind: str, item: object, context: Any) -> str | Literal[False]:
    """Write our own column types into a new migration so that it can import them."""
    if kind == "type" and isinstance(item, Instant):
        context.imports.add("import stack_db")
        return "stack_db.Instant()"
    return False
