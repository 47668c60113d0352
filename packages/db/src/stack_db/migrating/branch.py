"""Whose revisions and tables there are: those of the application's extensions, and of others."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from alembic.util import CommandError
from flask import Flask

from stack_core import Registry, find_extension
from stack_core.migrations import Migrations

from ..tables import MIGRATIONS
from .choice import Choice, chosen
from .progress import PROGRESS


@dataclass(frozen=True)
class Branch:
    """The revisions of one extension on the application."""

    migrations: Migrations
    path: Path

    @property
    def name(self) -> str:
        """The extension's name, which is the label of the branch."""
        return self.migrations.branch


class Scope:
    """What one command of ``flask db`` has to know of its application.

    :param app: the application.
    :param choice: what the command was told beyond Flask-Migrate's own options.
    """

    def __init__(self, app: Flask, choice: Choice) -> None:
        self.app = app
        self.choice = choice
        self.branches = tuple(find_branches(app))

    @classmethod
    def of(cls, app: Flask) -> Scope:
        """Return the scope of the command that is being run."""
        return cls(app, chosen())

    def find(self, name: str) -> Branch | None:
        """Return the branch of an extension on this application, or None."""
        return next((branch for branch in self.branches if branch.name == name), None)

    @property
    def author(self) -> Branch | None:
        """The extension that the next revision is written for; None: the application."""
        return self.find(self.choice.extension)

    def refuse_wrong_choice(self) -> None:
        """Raise when a revision is to be written for what is no extension here.

        :raises CommandError: it is not on the application, or ships no revisions.
        """
        if self.choice.extension and self.author is None:
            raise CommandError(
                f"{self.choice.extension!r} is no extension with migrations on this application."
                " Put it on the application, and set 'migrations' on its class."
            )

    @cached_property
    def owned(self) -> frozenset[str]:
        """The tables of every installed extension, also of those not on the application."""
        shipped = [branch.migrations for branch in self.branches]
        tables = {table for each in (*shipped, *find_installed()) for table in each.tables}
        return frozenset({*tables, PROGRESS})


def find_branches(app: Flask) -> Iterable[Branch]:
    """Yield the branches of the extensions on an application.

    db's own tables belong to composed applications: who puts a bare
    ``Database`` in the place of Flask-SQLAlchemy gets no table more.

    :raises CommandError: the folder of one is not there.
    """
    registry = Registry.of(app)
    for name, installed in registry.items():
        migrations = getattr(installed.extension, "migrations", None)
        if not isinstance(migrations, Migrations) or (name == "db" and not registry.composed):
            continue
        try:
            yield Branch(migrations, migrations.path.resolve())
        except FileNotFoundError as error:
            raise CommandError(str(error)) from error


def find_installed() -> Iterable[Migrations]:
    """Yield what the installed extensions ship, on the application or not."""
    yield MIGRATIONS
    for entry in entry_points(group="stack.extensions"):
        try:
            found: Any = entry.load()
        except Exception:
            # Such an extension is on no application, and whatever uses it says why.
            continue
        migrations = getattr(find_extension(found) or found, "migrations", None)
        if isinstance(migrations, Migrations):
            yield migrations
