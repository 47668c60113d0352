"""``/healthz`` and ``/readyz``: a word, and one for each extension, nothing else.

They are answered before Flask sees the request. A hook that sends the
anonymous to a login, a list of trusted hosts or rules for other hosts would
otherwise decide whether an orchestrator calls the application ready.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from flask import Flask, Response

from .finding import Finding
from .registry import KEY, Registry

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_METHODS = ("GET", "HEAD")


def register_health(app: Flask) -> None:
    """Answer the paths that the settings name; an application's own route there wins."""
    settings = Registry.of(app)[KEY].settings
    answers = {settings.readyz_path: _readyz, settings.healthz_path: _healthz}
    answers.pop("", None)
    inner = app.wsgi_app

    def wsgi_app(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path not in answers or _find_own(app, path) is not None:
            return inner(environ, start_response)
        response = _answer(app, answers[path], environ["REQUEST_METHOD"])
        return response(environ, start_response)

    app.wsgi_app = wsgi_app  # type: ignore[method-assign]  # as Flask's documentation does


def check_health(app: Flask) -> Iterator[Finding]:
    """Yield a note for each health path that is the application's own."""
    registry = Registry.of(app)
    if not registry.composed:
        return
    for key in ("healthz_path", "readyz_path"):
        path = getattr(registry[KEY].settings, key)
        if (endpoint := _find_own(app, path)) is not None:
            message = f"{path!r} is answered by the application's own {endpoint!r}."
            fix = f"To have both, set STACK_{key.upper()} to another path."
            yield Finding("stack.health-path", "info", message, fix)


def _find_own(app: Flask, path: str) -> str | None:
    """Return the endpoint of the application's own route at a path, or None."""
    for rule in app.url_map.iter_rules():
        if rule.rule == path and (rule.methods is None or "GET" in rule.methods):
            return str(rule.endpoint)
    return None


def _healthz(app: Flask) -> dict[str, str]:
    """Say ok while the process can answer at all."""
    return {"status": "ok"}


def _readyz(app: Flask) -> dict[str, str]:
    """Say ok when every extension's probe passes.

    What a probe raised goes to the log, never into the answer.
    """
    registry = Registry.of(app)
    words = {name: _probe(app, name) for name in registry if name != KEY}
    ready = registry.broken is None and all(word == "ok" for word in words.values())
    # First and last: an extension may be called status, and must not answer for all.
    return {"status": ""} | words | {"status": "ok" if ready else "unready"}


def _answer(app: Flask, ask: Callable[[Flask], dict[str, str]], method: str) -> Response:
    if method not in _METHODS:
        return Response(status=405, headers={"Allow": ", ".join(_METHODS)})
    words = ask(app)
    return Response(
        app.json.dumps(words) + "\n",
        status=200 if words["status"] == "ok" else 503,
        headers={"Cache-Control": "no-store"},
        mimetype="application/json",
    )


def _probe(app: Flask, name: str) -> str:
    """Ask one extension, in a context of its own, which is torn down with what was opened."""
    try:
        with app.app_context():
            Registry.of(app)[name].extension.probe(app)
    except (KeyboardInterrupt, SystemExit):
        raise  # the server ends this process
    except BaseException as error:  # also a timeout of gevent, which is no Exception
        app.logger.warning("%s is not ready: %s", name, type(error).__name__, exc_info=app.debug)
        return "failed"
    return "ok"
