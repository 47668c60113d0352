"""Rules of what belongs to the application itself."""

from __future__ import annotations

from collections.abc import Iterator
from inspect import getattr_static
from typing import Any

from flask import Flask
from flask.json.provider import JSONProvider

from ..ability import Ability
from ..fault import Fault
from ..rule import rule
from ..stand import Stand
from ..wording import enumerate_some
from .serving import DISPATCHING

PARTS: dict[Ability, tuple[str, ...]] = {
    "replaces-session": ("session_interface",),
    "replaces-json": ("json", "json_provider_class"),
    "replaces-classes": (
        "request_class",
        "response_class",
        "url_rule_class",
        "url_map_class",
        "test_client_class",
        "test_cli_runner_class",
        "jinja_environment",
        "aborter",
    ),
    "wraps-wsgi": ("wsgi_app",),
}
"""What an application has one of, and the ability of who takes its place."""


JUDGED = {*DISPATCHING, *(name for names in PARTS.values() for name in names)}
"""What of an application other rules look at."""


@rule(
    "P34",
    "required",
    "What an application has one of is replaced by declaration only",
    mend="Leave it alone, or declare the ability that says so.",
)
def declared_parts(stand: Stand) -> Iterator[Fault]:
    """The session interface, the JSON provider, the classes and the WSGI callable of the
    application stay what they are, unless an ability says that they do not."""
    app = stand.make_app()
    before = {name: _part(app, name) for names in PARTS.values() for name in names}
    stand.put(stand.make(), app)
    for ability, names in PARTS.items():
        if ability in stand.abilities:
            continue
        changed = [name for name in names if _part(app, name) is not before[name]]
        if changed:
            said = f"'init_app' sets 'app.{changed[0]}' and does not declare {ability!r}."
            yield Fault(said, tuple(f"app.{name}" for name in changed))


@rule(
    "P40",
    "informative",
    "Flask's own settings stay as they are",
    mend="Say in the documentation what to set, or declare 'replaces-settings'.",
    lifted_by="replaces-settings",
)
def flask_settings(stand: Stand) -> Iterator[Fault]:
    """'init_app' changes no setting of Flask's own, be it a key of 'app.config' or an attribute
    of the JSON provider."""
    app = stand.make_app()
    provider = app.json
    before = _settings(app, provider)
    stand.put(stand.make(), app)
    after = _settings(app, provider)
    changed = [name for name in after if name not in before or before[name] != after[name]]
    if changed:
        said = f"'init_app' changes {enumerate_some(changed)}, which others set and read."
        yield Fault(said, tuple(changed))


@rule(
    "P40",
    "informative",
    "Flask's own methods stay as they are",
    mend="Use a hook such as 'after_request' or a signal, or declare 'replaces-methods'.",
    lifted_by="replaces-methods",
)
def flask_methods(stand: Stand) -> Iterator[Fault]:
    """'init_app' replaces no method of the application or of its class, beside those that other
    rules look at."""
    app = stand.make_app()
    before = _methods(app)
    stand.put(stand.make(), app)
    for name, method in _methods(app).items():
        if method is not before.get(name):
            where = stand.locate(method) or (f"app.{name}",)
            yield Fault(f"'init_app' replaces the application's {name!r}.", where)


def _part(app: Flask, name: str) -> object:
    return vars(app).get(name, getattr(type(app), name, None))


def _methods(app: Flask) -> dict[str, object]:
    known = {name: getattr_static(type(app), name) for name in dir(type(app))}
    return {
        name: vars(app).get(name, method)
        for name, method in known.items()
        if callable(method) and not isinstance(method, type) and name not in JUDGED
    }


def _settings(app: Flask, provider: JSONProvider) -> dict[str, Any]:
    """Return what Flask reads of an application's settings and of a JSON provider's options."""
    keys = {f"app.config[{key!r}]": app.config.get(key) for key in Flask.default_config}
    options = sorted({*vars(provider), *vars(type(provider))})
    return keys | {
        f"app.json.{name}": getattr(provider, name) for name in options if name[0] != "_"
    }


RULES = (declared_parts, flask_settings, flask_methods)
