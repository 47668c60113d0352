"""/healthz and /readyz."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask, g, redirect
from werkzeug.middleware.dispatcher import DispatcherMiddleware
from werkzeug.test import Client

from stack_core import Extension, NoSettings, SettingsError, install


class Store(Extension[NoSettings, None]):
    name = "store"

    def probe(self, app: Flask) -> None:
        if app.config.get("DOWN"):
            raise ConnectionError("pg://me:hunter2@host/shop version 15 refused")


def serve(app: Flask, **config: object) -> Flask:
    app.config.update(SECRET_KEY="0123456789abcdef0123", **config)
    install(app, [Store()])
    return app


def test_healthz_lives_while_a_probe_fails(app: Flask) -> None:
    """Alive does not mean ready."""
    answer = serve(app, DOWN=True).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_readyz_says_one_word_for_each(app: Flask) -> None:
    """All probes pass: 200."""
    answer = serve(app).test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "store": "ok"})


def test_readyz_fails_without_a_reason(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A failing probe is 503 and one word; no error text, in the log neither."""
    answer = serve(app, DOWN=True).test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unready", "store": "failed"})
    assert "hunter2" not in answer.text + caplog.text
    assert "store is not ready: ConnectionError" in caplog.text


def test_paths_can_be_changed(app: Flask) -> None:
    """The settings move the endpoints."""
    client = serve(app, STACK_HEALTHZ_PATH="/alive", STACK_READYZ_PATH="/up").test_client()
    assert client.get("/alive").status_code == client.get("/up").status_code == 200
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 404


def test_paths_can_be_left_out(app: Flask) -> None:
    """An empty path is no endpoint."""
    client = serve(app, STACK_HEALTHZ_PATH="", STACK_READYZ_PATH="").test_client()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 404


@pytest.mark.parametrize("key", ["STACK_HEALTHZ_PATH", "STACK_READYZ_PATH"])
@pytest.mark.parametrize("path", ["alive", "/a b", "/a?b", "/é", "/<x>", " "])
def test_path_that_cannot_be_asked_is_refused(app: Flask, key: str, path: str) -> None:
    """A path starts with a slash and is plain; the error names the key."""
    with pytest.raises(SettingsError, match=f"'{key}' is {re.escape(repr(path))}"):
        serve(app, **{key: path})


def test_one_path_for_both_is_refused(app: Flask) -> None:
    """Alive and ready are two questions."""
    with pytest.raises(SettingsError, match="are both '/up'"):
        serve(app, STACK_HEALTHZ_PATH="/up", STACK_READYZ_PATH="/up")


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_only_reading_is_answered(app: Flask, path: str) -> None:
    """HEAD is GET without a body, what would write is refused."""
    client = serve(app).test_client()
    head = client.head(path)
    assert (head.status_code, head.data) == (200, b"")
    for method in ("POST", "PUT", "DELETE", "OPTIONS"):
        answer = client.open(path, method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "GET, HEAD")


def test_hooks_of_the_application_do_not_decide(app: Flask) -> None:
    """Where the anonymous are sent to a login, a failing application must not look ready."""
    app.before_request(lambda: redirect("/login"))
    client = serve(app, DOWN=True).test_client()
    assert client.get("/").status_code == 302
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200


def test_any_host_may_ask() -> None:
    """An orchestrator asks by address, whatever names the site has."""
    for app in (
        Flask("hosts", host_matching=True, static_host="shop.example"),
        Flask("subdomains", subdomain_matching=True),
    ):
        serve(app, TRUSTED_HOSTS=["shop.example"], SERVER_NAME="shop.example")
        client = app.test_client()
        assert client.get("/readyz", base_url="http://10.0.0.7:8000").status_code == 200
        assert client.get("/other", base_url="http://10.0.0.7:8000").status_code != 200


@pytest.mark.parametrize("when", ["before", "after"])
def test_own_route_of_the_application_wins(
    app: Flask, flask_cli: Callable[..., Result], when: str
) -> None:
    """An application that has such a page keeps it, and the check says so."""
    if when == "after":
        serve(app)
    app.add_url_rule("/healthz", "own_health", lambda: "mine")
    app.add_url_rule("/readyz", "other", lambda: "posted", methods=["POST"])
    if when == "before":
        serve(app)
    client = app.test_client()
    assert client.get("/healthz").text == "mine"
    assert client.get("/readyz").json == {"status": "ok", "store": "ok"}
    said = flask_cli("stack", "check").output
    assert (
        "stack.health-path: '/healthz' is answered by the application's own 'own_health'" in said
    )
    assert "STACK_READYZ_PATH" not in said


def test_mounted_application_answers_below_its_prefix(app: Flask) -> None:
    """Where the application is a part of a site, so are its health paths."""
    site = DispatcherMiddleware(lambda *args: [], {"/shop": serve(app)})
    assert Client(site).get("/shop/readyz").status_code == 200


def test_broken_application_is_not_ready(app: Flask) -> None:
    """It lives, but serves nothing."""

    class Rude(Extension[NoSettings, None]):
        name = "rude"

        def with_store(self, app: Flask, store: None) -> None:
            raise ValueError("no manners")

    serve(app)
    with pytest.raises(ValueError, match="no manners"):
        Rude().init_app(app)
    client = app.test_client()
    assert client.get("/readyz").status_code == 503
    assert client.get("/healthz").status_code == 200
    assert client.get("/").status_code == 500


class Odd(Extension[NoSettings, None]):
    name = "odd"

    def __init__(self, error: BaseException) -> None:
        self.error = error

    def probe(self, app: Flask) -> None:
        g.opened = True
        raise self.error


class Timeout(BaseException):
    """As gevent's, which is no Exception."""


@pytest.mark.parametrize("error", [Timeout(), GeneratorExit(), AssertionError()])
def test_any_failure_of_a_probe_is_one_word(app: Flask, error: BaseException) -> None:
    """Whatever a probe raises, the others are asked, and what it opened is torn down."""
    closed: list[bool] = []
    app.teardown_appcontext(lambda error: closed.append(g.pop("opened", False)))
    app.config["SECRET_KEY"] = "0123456789abcdef0123"
    install(app, [Odd(error), Store()])
    answer = app.test_client().get("/readyz")
    assert answer.json == {"status": "unready", "odd": "failed", "store": "ok"}
    assert closed == [True, False]


def test_extension_called_status_does_not_answer_for_all(app: Flask) -> None:
    """The first word is about all of them, whatever they are called."""

    class Status(Extension[NoSettings, None]):
        name = "status"

    app.config.update(SECRET_KEY="0123456789abcdef0123", DOWN=True)
    install(app, [Status(), Store()])
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unready", "store": "failed"})


def test_end_of_the_process_is_not_held_up(app: Flask) -> None:
    """A server that ends its worker while a probe waits is not kept from it."""
    app.config["SECRET_KEY"] = "0123456789abcdef0123"
    install(app, [Odd(SystemExit())])
    with pytest.raises(SystemExit):
        app.test_client().get("/readyz")
