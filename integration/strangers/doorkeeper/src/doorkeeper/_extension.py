"""Putting it on an application; the only module that is handed one to change."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask
from stack_core import Extension, Finding, Registry
from stack_core.access import ACCESS

from .access import Door
from .interface import declare
from .person import People, Person
from .settings import DoorkeeperSettings
from .views import make_blueprint


class Doorkeeper(Extension[DoorkeeperSettings, Door]):
    """Lets known people in.

    :param people: all of them.
    :param blueprint: the name in front of its endpoints.
    """

    name = "doorkeeper"

    def __init__(self, *people: Person, blueprint: str = "doorkeeper") -> None:
        self._people = people
        self._blueprint = blueprint

    def build(self, app: Flask, settings: DoorkeeperSettings) -> Door:
        """Learn who is known."""
        return Door(People(self._people), settings.prefix)

    def attach(self, app: Flask, state: Door) -> None:
        """Stand at the door."""
        Registry.of(app).claim(ACCESS, state, owner=self.name)
        app.register_blueprint(make_blueprint(state, self._blueprint))

    def with_rest(self, app: Flask, rest: Any) -> None:
        """Tell programs how they show who they are, where ``rest`` is on the application too."""
        declare(rest, self.of(app), app.config["SESSION_COOKIE_NAME"])

    def checks(self, app: Flask) -> Iterator[Finding]:
        """Yield what is unfinished."""
        if not self.of(app).people:
            yield Finding(
                "doorkeeper.nobody-known",
                "warning",
                "Nobody is known, so nobody may do anything.",
                "Name people: Doorkeeper(Person(…)).",
            )
