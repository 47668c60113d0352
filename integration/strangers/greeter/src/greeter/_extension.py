"""Putting it on an application; the only module that is handed one to change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import TYPE_CHECKING

from flask import Flask
from stack_core import Extension, Finding, Registry
from stack_core.access import ACCESS
from stack_core.migrations import Migrations
from stack_db import Database, now

from ._cli import make_commands
from .access import Door
from .entries import Entries
from .interface import serve
from .latest import Latest
from .model import TABLE
from .settings import GreeterSettings
from .state import State
from .views import make_blueprint

if TYPE_CHECKING:
    from stack_rest import RestState


class Greeter(Extension[GreeterSettings, State]):
    """Greeter.

    :param blueprint: the name in front of its endpoints.
    """

    name = "greeter"
    requires = ("db",)
    migrations = Migrations(
        "greeter:migrations",
        branch="greeter",
        tables=(TABLE,),
    )

    def __init__(self, *, blueprint: str = "greeter") -> None:
        self._blueprint = blueprint

    def build(self, app: Flask, settings: GreeterSettings) -> State:
        """Make the state; the application is not touched yet."""
        entries = Entries(app, Database.of(app).database)
        return State(settings, entries, Door(settings.token), Latest(app))

    def attach(self, app: Flask, state: State) -> None:
        """Register the pages and the commands."""
        Registry.of(app).claim(ACCESS, state.door, owner=self.name)
        app.register_blueprint(make_blueprint(state, self._blueprint))
        app.cli.add_command(make_commands(state))
        state.latest.listen()

    def with_rest(self, app: Flask, rest: RestState) -> None:
        """Show it to programs, where ``rest`` is on the application too."""
        serve(rest, self.of(app))

    def checks(self, app: Flask) -> Iterator[Finding]:
        """Yield what is unfinished."""
        settings = self.of(app).settings
        if settings.text == GreeterSettings().text:
            yield Finding(
                "greeter.default-text",
                "info",
                "'GREETER_TEXT' is what it was made with.",
                "Set it to what the page should say.",
                deploy=True,
            )
        if not settings.token:
            yield Finding(
                "greeter.no-token",
                "warning",
                "'GREETER_TOKEN' is not set, so nobody may write.",
                "Set it to a long random text.",
            )

    def probe(self, app: Flask) -> None:
        """Read from the keep, without which no greeting could be counted."""
        self.of(app).latest.find()

    def sweep(self, app: Flask, limit: int) -> int:
        """Remove entries that are too old."""
        state = self.of(app)
        if not state.settings.days:
            return 0
        return state.entries.remove_before(now() - timedelta(days=state.settings.days), limit)
