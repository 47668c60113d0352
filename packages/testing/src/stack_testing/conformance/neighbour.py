"""A small extension that has nothing to do with the one that is judged."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, g

HEADER = "X-Kit-Neighbour"


class Neighbour:
    """Adds a blueprint, hooks, a context processor and an error handler."""

    def init_app(self, app: Flask) -> None:
        """Put it on an application."""
        blueprint = Blueprint("kit_neighbour", __name__)
        blueprint.add_url_rule("/kit/neighbour", "page", lambda: str(g.get("kit_neighbour")))
        app.register_blueprint(blueprint)
        app.before_request(_begin)
        app.after_request(_end)
        app.context_processor(lambda: {"kit_neighbour": "here"})
        app.register_error_handler(NeighbourError, lambda error: ("neighbour", 418))
        app.extensions["kit_neighbour"] = self


class NeighbourError(Exception):
    """What the neighbour handles."""


def _begin() -> None:
    g.kit_neighbour = "begun"


def _end(response: Response) -> Response:
    response.headers[HEADER] = "here"
    return response
