"""``/healthz`` and ``/readyz``: one word for each extension, nothing else."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, current_app, jsonify

from .registry import KEY, Registry

BLUEPRINT = "stack_health"


def register_health(app: Flask) -> None:
    """Register the health endpoints under the paths that the settings name."""
    settings = Registry.of(app)[KEY].settings
    blueprint = Blueprint(BLUEPRINT, __name__)
    if settings.healthz_path:
        blueprint.add_url_rule(settings.healthz_path, "healthz", healthz)
    if settings.readyz_path:
        blueprint.add_url_rule(settings.readyz_path, "readyz", readyz)
    app.register_blueprint(blueprint)


def healthz() -> Response:
    """Answer 200 while the process can answer at all."""
    return _answer({"status": "ok"}, 200)


def readyz() -> Response:
    """Answer 200 when every extension's probe passes, else 503.

    What a probe raised goes to the log, never into the answer.
    """
    words = {name: _probe(name) for name in Registry.of(current_app) if name != KEY}
    ready = all(word == "ok" for word in words.values())
    return _answer({"status": "ok" if ready else "unready"} | words, 200 if ready else 503)


def _probe(name: str) -> str:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # a werkzeug proxy
    try:
        Registry.of(app)[name].extension.probe(app)
    except Exception as error:
        app.logger.warning("%s is not ready: %s", name, type(error).__name__, exc_info=app.debug)
        return "failed"
    return "ok"


def _answer(words: dict[str, str], status: int) -> Response:
    response = jsonify(words)
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response
