"""The tables of a test database: from the migrations, from the models, or in the project's way."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

from flask import Flask
from flask_sqlalchemy.extension import SQLAlchemy

from .twin import TwinError

Schema = Literal["migrations", "create_all"] | Callable[[Any], object] | None


def make_schema(app: Flask, database: SQLAlchemy, schema: Schema, root: Path) -> None:
    """Make the tables of every bind.

    :param schema: what the fixture ``database_schema`` says.
    :param root: the project's folder, in which the migrations are looked for.
    :raises TwinError: it says something else, or there are no migrations.
    """
    if not (schema in ("migrations", "create_all", None) or callable(schema)):
        raise TwinError(
            f"The fixture 'database_schema' returns {schema!r}."
            " Return 'migrations', 'create_all' or a function that is given the database."
        )
    folder = _find_migrations(app, root)
    if schema == "migrations" and folder is None:
        raise TwinError(
            f"The fixture 'database_schema' returns 'migrations', but {root} has none."
            " Run flask db init and flask db migrate, or return 'create_all'."
        )
    with app.app_context():
        if callable(schema):
            schema(database)
        elif folder is None or schema == "create_all":
            database.create_all()
        else:
            _upgrade(folder)


def _find_migrations(app: Flask, root: Path) -> Path | None:
    """Return the folder of the migrations if there is at least one in it.

    Flask-Migrate looks in the working folder; tests may run in another one.
    """
    migrate = app.extensions.get("migrate")
    if migrate is None:
        return None
    candidates = (Path.cwd(), root, Path(app.root_path), Path(app.root_path).parent)
    for candidate in candidates:
        folder: Path = candidate / migrate.directory
        if (folder / "env.py").is_file() and any((folder / "versions").glob("*.py")):
            return folder
    return None


def _upgrade(folder: Path) -> None:
    from flask_migrate import upgrade

    with _logging_kept(), warnings.catch_warnings():
        # The env.py that Flask-Migrate 4.1 makes tries Flask-SQLAlchemy 2's way first.
        warnings.filterwarnings("ignore", "'get_engine' is deprecated", DeprecationWarning)
        upgrade(directory=str(folder), revision="heads")


@contextmanager
def _logging_kept() -> Iterator[None]:
    """Restore what the ``env.py`` of migrations does to logging: it disables every logger."""
    known = [logging.root, *map(logging.getLogger, logging.root.manager.loggerDict)]
    before = [(logger, logger.disabled, logger.level, logger.handlers[:]) for logger in known]
    try:
        yield
    finally:
        for logger, disabled, level, handlers in before:
            logger.disabled = disabled
            logger.setLevel(level)
            logger.handlers[:] = handlers
