"""The views of an application that are not the extension's, and what they answer."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from flask import Blueprint, Flask, abort, render_template_string, request, session
from werkzeug.test import TestResponse

LONG = "a long text that would be worth compressing " * 200
REQUESTS: Mapping[str, tuple[str, str, dict[str, Any]]] = {
    "GET": ("GET", "/kit/plain", {}),
    "HEAD": ("HEAD", "/kit/plain", {}),
    "OPTIONS": ("OPTIONS", "/kit/plain", {}),
    "PUT": ("PUT", "/kit/plain", {}),
    "POST of a form": ("POST", "/kit/post", {"data": {"a": "1"}}),
    "POST of JSON": ("POST", "/kit/post", {"json": {"a": 1}}),
    "GET from another origin": (
        "GET",
        "/kit/plain",
        {"headers": {"Origin": "https://other.example"}},
    ),
    "GET with compression": ("GET", "/kit/long", {"headers": {"Accept-Encoding": "gzip, br"}}),
    "GET over https": ("GET", "/kit/plain", {"base_url": "https://localhost"}),
    "GET of a template": ("GET", "/kit/template", {}),
    "GET of JSON": ("GET", "/kit/json", {}),
    "GET of a stream": ("GET", "/kit/stream", {}),
    "GET with a session": ("GET", "/kit/session", {}),
    "GET in a blueprint": ("GET", "/kit/inner/plain", {}),
    "GET of nothing": ("GET", "/kit/nowhere", {}),
    "GET that is forbidden": ("GET", "/kit/forbidden", {}),
    "GET that fails": ("GET", "/kit/error", {}),
}


class KitError(Exception):
    """What a view of the kit raises."""


Answer = tuple[int, tuple[tuple[str, str], ...], bytes]


def add_views(app: Flask) -> None:
    """Add the views of the kit."""
    inner = Blueprint("kit_inner", __name__)
    app.add_url_rule("/kit/plain", "kit_plain", lambda: "plain")
    app.add_url_rule("/kit/long", "kit_long", lambda: LONG)
    app.add_url_rule("/kit/json", "kit_json", lambda: {"b": 1, "a": ["x", None, 1.5]})
    app.add_url_rule("/kit/stream", "kit_stream", lambda: iter(["one", "two"]))
    app.add_url_rule("/kit/forbidden", "kit_forbidden", lambda: abort(403))
    app.add_url_rule("/kit/post", "kit_post", lambda: request.get_data(), methods=["POST"])
    app.add_url_rule("/kit/template", "kit_template", _render)
    app.add_url_rule("/kit/session", "kit_session", _remember)
    app.add_url_rule("/kit/error", "kit_error", _fail)
    inner.add_url_rule("/plain", "plain", lambda: "plain")
    inner.add_url_rule("/error", "error", _fail)
    app.register_blueprint(inner, url_prefix="/kit/inner")


def ask_views(app: Flask) -> dict[str, Answer]:
    """Return what each request is answered."""
    found = {}
    for name, (method, path, options) in REQUESTS.items():
        client = app.test_client()
        found[name] = _simplify(client.open(path, method=method, **options))
    return found


def compare_answers(one: Mapping[str, Answer], other: Mapping[str, Answer]) -> Iterator[str]:
    """Yield in words where two sets of answers differ."""
    for name, before in one.items():
        after = other[name]
        if before[0] != after[0]:
            yield f"{name}: status {after[0]}, and {before[0]} without it"
            continue
        gone, new = set(before[1]) - set(after[1]), set(after[1]) - set(before[1])
        for key, value in sorted(new):
            yield f"{name}: header {key}: {value}"[:200]
        for key in sorted({key for key, _ in gone} - {key for key, _ in new}):
            yield f"{name}: no header {key}"
        if before[2] != after[2]:
            yield f"{name}: another body"


def _simplify(response: TestResponse) -> Answer:
    headers = []
    for key, value in response.headers.items():
        if key == "Set-Cookie":
            value = re.sub(r"=[^;]*", "=…", value, count=1)
            value = re.sub(r"(?i)expires=[^;]*", "Expires=…", value)
        headers.append((key, value))
    return response.status_code, tuple(sorted(headers)), response.data


def _render() -> str:
    return render_template_string("{{ 'a' ~ '<b>' }} of {{ request.path }}")


def _remember() -> str:
    session["kit"] = "value"
    return "remembered"


def _fail() -> str:
    raise KitError("A view of the kit fails on purpose.")
