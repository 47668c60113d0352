"""An extension on core's protocol that keeps to all rules."""

from typing import Annotated

import click
from flask import Blueprint, Flask, current_app

from stack_core import Extension, Finding, Registry, Settings, Slot, setting

WORDS = Slot("words")


class GoodSettings(Settings, frozen=True, kw_only=True):
    size: Annotated[int, setting("How many words there are.", ge=1)] = 10
    api_key: Annotated[str, setting("The key.", secret=True)] = ""


class Helper(Extension):
    name = "helper"


class Good(Extension[GoodSettings, list[str]]):
    name = "good"
    settings = GoodSettings
    requires = ("helper",)

    def build(self, app: Flask, settings: GoodSettings) -> list[str]:
        return ["word"] * settings.size

    def attach(self, app: Flask, state: list[str]) -> None:
        Registry.of(app).claim(WORDS, state, owner=self.name)
        blueprint = Blueprint("good", __name__)
        blueprint.add_url_rule("/good", "words", lambda: state)
        app.register_blueprint(blueprint)
        app.cli.add_command(click.Group("good"))

    def probe(self, app: Flask) -> None:
        if not self.of(app):
            raise LookupError("There are no words.")

    def checks(self, app: Flask):
        yield Finding("good.few-words", "info", "There are few words.", "Set 'GOOD_SIZE' higher.")

    def sweep(self, app: Flask, limit: int) -> int:
        words = self.of(app)
        gone = min(limit, len(words))
        del words[:gone]
        return gone


def use(app: Flask) -> None:
    assert Good.of(current_app)
