"""Putting the doorkeeper on an application."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Blueprint, Flask, request, session

from stack_core import Extension, Registry, Settings, setting
from stack_core.access import ACCESS

from .access import Door, Unknown
from .forgery import HEADER, begin_session, check_token, make_token
from .person import People, Person


class DoorkeeperSettings(Settings, frozen=True, kw_only=True):
    """The settings of the doorkeeper."""

    prefix: Annotated[str, setting("The path under which one signs in.")] = "/door"


class Doorkeeper(Extension[DoorkeeperSettings, Door]):
    """Lets known people in.

    :param people: all of them.
    """

    name = "doorkeeper"

    def __init__(self, *people: Person) -> None:
        self._people = people

    def build(self, app: Flask, settings: DoorkeeperSettings) -> Door:
        """Learn who is known."""
        return Door(People(self._people), settings.prefix)

    def attach(self, app: Flask, state: Door) -> None:
        """Stand at the door."""
        Registry.of(app).claim(ACCESS, state, owner=self.name)
        app.register_blueprint(make_blueprint(state))

    def with_rest(self, app: Flask, rest: Any) -> None:
        """Tell a REST interface how one shows who one is."""
        door = self.of(app)
        rest.add_scheme(
            "bearer", {"type": "http", "scheme": "bearer"}, used=lambda: door.used("bearer")
        )
        rest.add_scheme(
            "session",
            {"type": "apiKey", "in": "cookie", "name": app.config["SESSION_COOKIE_NAME"]},
            used=lambda: door.used("session"),
            cookie=True,
            check_token=check_token,
        )


def make_blueprint(door: Door) -> Blueprint:
    """Return the endpoints at which a session begins and ends."""
    blueprint = Blueprint("doorkeeper", __name__, url_prefix=door.prefix)

    @blueprint.post("/in")
    def enter() -> dict[str, str]:
        # A form of another site cannot send JSON, so nobody is signed in by one.
        person = door.people.find_by_token(str(request.get_json().get("token")))
        if person is None:
            raise Unknown("Nobody is known by this token. Correct it.")
        begin_session(person.key)
        return {"name": person.name, HEADER: make_token()}

    @blueprint.get("/token")
    def give_token() -> dict[str, str]:
        if not door.used("session"):
            raise Unknown("There is no session. Sign in.")
        return {HEADER: make_token()}

    @blueprint.post("/out")
    def leave() -> tuple[str, int]:
        if door.used("session"):
            check_token()
        session.clear()
        return "", 204

    return blueprint
