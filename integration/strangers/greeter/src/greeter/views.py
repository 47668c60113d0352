"""The pages."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, request
from stack_core.desk import Desk

from .limit import count_greeting
from .model import KIND
from .objection import refuse_objectionable
from .state import State

PUBLIC = {f"{KIND}.read", f"{KIND}.create"}


def make_blueprint(state: State, name: str) -> Blueprint:
    """Return the pages of one application."""
    blueprint = Blueprint(name, __name__, url_prefix=state.settings.prefix)

    @blueprint.get("/")
    def index() -> dict[str, Any]:
        return {
            "text": state.settings.text,
            "entries": state.entries.visible(),
            "latest": state.latest.find(),
        }

    @blueprint.post("/")
    def greet() -> tuple[dict[str, Any], int]:
        # A form of another site cannot send JSON, so nobody greets without knowing.
        body = request.get_json()
        count_greeting(current_app, request.remote_addr or "", state.settings.per_hour)
        desk = Desk(current_app, KIND, public=PUBLIC)
        values = desk.accept("create", body)
        refuse_objectionable(current_app, values["text"])
        return {"id": desk.create(values).key}, 201

    return blueprint
