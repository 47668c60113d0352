"""Which renderer answers a problem."""

from __future__ import annotations

import json
import logging
import time
from typing import Any

import msgspec
import pytest
from flask import Flask, Response

from stack_core import Registry
from stack_core.problem import (
    HTML_PROBLEMS,
    JSON_PROBLEMS,
    REALMS,
    NotFound,
    Problem,
    Realm,
    Unavailable,
)


class Html(msgspec.Struct, frozen=True):
    """Renders pages."""

    media_type: str = "text/html"

    def render(self, problem: Problem) -> str:
        return f"<h1>{problem.title}</h1>"


class Json(msgspec.Struct, frozen=True):
    """Renders problem details."""

    media_type: str = "application/problem+json"

    def render(self, problem: Problem) -> bytes:
        return json.dumps({"title": problem.title}).encode()


class Broken(Html, frozen=True):
    """Fails."""

    def render(self, problem: Problem) -> str:
        raise RuntimeError("no such template")


@pytest.fixture
def app(app: Flask) -> Flask:
    @app.route("/", defaults={"path": ""})
    @app.route("/<path:path>")
    def view(path: str) -> str:
        raise NotFound("No such book.")

    return app


def media_type(app: Flask, accept: str | None = None, path: str = "/") -> str:
    headers = {} if accept is None else {"Accept": accept}
    answer = app.test_client().get(path, headers=headers)
    assert answer.status_code == 404
    return str(answer.mimetype)


def add(app: Flask, *, html: bool = False, json: bool = False) -> None:
    registry = Registry.of(app)
    if html:
        registry.claim(HTML_PROBLEMS, Html(), owner="pages")
    if json:
        registry.claim(JSON_PROBLEMS, Json(), owner="rest")


@pytest.mark.parametrize(
    ("html", "json", "found"),
    [(True, True, "text/html"), (False, True, "application/problem+json"),
     (False, False, "text/plain")],
)  # fmt: skip
@pytest.mark.parametrize("accept", [None, "*/*", ""])
def test_client_without_wishes(
    app: Flask, html: bool, json: bool, found: str, accept: str | None
) -> None:
    """Without a wish it is HTML where somebody makes that, else JSON, else plain text (S5)."""
    add(app, html=html, json=json)
    assert media_type(app, accept) == found


@pytest.mark.parametrize(
    ("accept", "found"),
    [
        ("application/json", "application/problem+json"),
        ("application/problem+json", "application/problem+json"),
        ("APPLICATION/JSON; charset=utf-8", "application/problem+json"),
        ("application/*", "application/problem+json"),
        ("text/html", "text/html"),
        ("text/*", "text/html"),
        ("text/plain", "text/plain"),
        ("application/json, text/plain, */*", "application/problem+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("text/html;q=0.4, application/json;q=0.9", "application/problem+json"),
        ("text/html;q=0.9, application/json;q=0.4", "text/html"),
        ("text/html;q=0, */*", "application/problem+json"),
        ("application/json, application/problem+json;q=0", "application/problem+json"),
        ("image/png", "text/plain"),
        ("text/html;q=0", "text/plain"),
        ("text/html;q=nonsense, application/json", "application/problem+json"),
    ],
)
def test_accept_decides(app: Flask, accept: str, found: str) -> None:
    """What the client likes best is answered, and what it names before what it tolerates (S5)."""
    add(app, html=True, json=True)
    assert media_type(app, accept) == found


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/api", "application/problem+json"),
        ("/api/", "application/problem+json"),
        ("/api/books", "application/problem+json"),
        ("/apis", "text/html"),
        ("/api/pages", "text/html"),
        ("/api/pages/1", "text/html"),
        ("/", "text/html"),
    ],
)
def test_realm_decides(app: Flask, path: str, found: str) -> None:
    """The longest realm that holds the path decides, whatever the client accepts (S5)."""
    add(app, html=True, json=True)
    Registry.of(app).offer(REALMS, Realm("/api/", "application/problem+json"))
    Registry.of(app).offer(REALMS, Realm("/api/pages", "text/html"))
    other = "text/html" if found != "text/html" else "*/*"
    assert media_type(app, other, path) == found


def test_realm_below_a_prefix(app: Flask) -> None:
    """A realm's path is that of the application, wherever that is mounted."""
    add(app, html=True, json=True)
    Registry.of(app).offer(REALMS, Realm("/api", "application/json"))
    answer = app.test_client().get("/api/x", environ_overrides={"SCRIPT_NAME": "/shop"})
    assert answer.mimetype == "application/problem+json"


def test_realm_of_a_missing_renderer(app: Flask) -> None:
    """A realm whose media type nobody makes answers in plain text."""
    add(app, html=True)
    Registry.of(app).offer(REALMS, Realm("/api", "application/problem+json"))
    assert media_type(app, "text/html", "/api/x") == "text/plain"


def test_failing_renderer(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A renderer that fails is logged; the answer is plain text of the problem's status (S6)."""
    Registry.of(app).claim(HTML_PROBLEMS, Broken(), owner="pages")
    with caplog.at_level(logging.ERROR):
        answer = app.test_client().get("/")
    assert (answer.status_code, answer.mimetype) == (404, "text/plain")
    assert answer.text == "Not Found\nNo such book.\n"
    assert "no such template" in caplog.text


def test_answer_is_not_kept(app: Flask) -> None:
    """No cache keeps a problem, unless its headers say otherwise (S8)."""
    answer = app.test_client().get("/")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Vary"] == "Accept"
    kept = NotFound(headers={"cache-control": "max-age=60"}).get_response()
    assert kept.headers.getlist("Cache-Control") == ["max-age=60"]


def test_headers_are_answered(app: Flask) -> None:
    """The problem's own headers are in its answer."""
    answer = Unavailable(headers={"Retry-After": "3"}).get_response()
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "3")


def test_head_has_no_body(app: Flask) -> None:
    """A HEAD request gets the headers alone."""
    add(app, html=True)
    answer = app.test_client().head("/")
    assert (answer.status_code, answer.mimetype, answer.data) == (404, "text/html", b"")


def test_without_a_request(app: Flask) -> None:
    """A problem answers outside of a request and of an application too."""
    add(app, html=True)
    assert NotFound().get_response().mimetype == "text/plain"
    with app.app_context():
        assert NotFound().get_response().mimetype == "text/html"


def test_environ_is_asked(app: Flask) -> None:
    """The environment that is given stands before the request that is being answered."""
    add(app, html=True, json=True)
    environ: dict[str, Any] = {"PATH_INFO": "/", "HTTP_ACCEPT": "application/json"}
    with app.test_request_context(headers={"Accept": "text/html"}):
        assert NotFound().get_response(environ).mimetype == "application/problem+json"


def test_answer_is_of_the_applications_class(app: Flask) -> None:
    """The answer is made by the application's own class of responses."""

    class Own(Response):
        default_mimetype = "text/own"

    app.response_class = Own
    with app.app_context():
        assert isinstance(NotFound().get_response(), Own)


def test_long_wish_takes_no_time(app: Flask) -> None:
    """T46: of 'Accept' no more is read than people write; the rest costs nothing."""
    add(app, html=True, json=True)
    began = time.process_time()
    assert media_type(app, "application/json," + "a/b" + " " * 100_000 + "c") != "text/plain"
    assert time.process_time() - began < 2
