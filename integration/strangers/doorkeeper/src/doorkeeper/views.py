"""The addresses at which a session begins and ends."""

from __future__ import annotations

from flask import Blueprint, request, session

from .access import Door, Unknown
from .forgery import HEADER, begin_session, check_token, make_token


def make_blueprint(door: Door, name: str) -> Blueprint:
    """Return the endpoints of one application."""
    blueprint = Blueprint(name, __name__, url_prefix=door.prefix)

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
