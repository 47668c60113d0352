"""Sessions that are opened without work: the same as Flask's own."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask, session
from flask.sessions import SecureCookieSessionInterface

from stack_core import install
from stack_core.sessions import QuickSessions

STEPS = ["/plain", "/look", "/count", "/plain", "/count", "/look", "/forget", "/plain", "/look"]


def make(*, composed: bool) -> Flask:
    app = Flask("shop", root_path=".")
    app.config.update(SECRET_KEY="0123456789abcdef", TESTING=True)
    if composed:
        install(app, ())

    @app.get("/count")
    def count() -> str:
        session["count"] = session.get("count", 0) + 1
        return str(session["count"])

    @app.get("/look")
    def look() -> str:
        return str(dict(session))

    @app.get("/forget")
    def forget() -> str:
        session.clear()
        return ""

    app.add_url_rule("/plain", "plain", lambda: "")
    return app


def walk(app: Flask) -> list[Any]:
    """Return what a browser sees of an application, step by step."""
    client = app.test_client()
    seen = []
    for path in STEPS:
        answer = client.get(path)
        cookies = [each.partition("=")[0] for each in answer.headers.getlist("Set-Cookie")]
        seen.append((answer.text, answer.headers.get("Vary"), cookies))
    return seen


def test_sessions_are_flasks_own() -> None:
    """Every answer has the headers and the text that it has with Flask's own interface."""
    assert walk(make(composed=True)) == walk(make(composed=False))


@pytest.mark.parametrize("cookie", ["session=x", "session=", "other=session", "session", "a;b"])
def test_forged_session_is_empty(cookie: str) -> None:
    """What was not signed here is no session."""
    answer = make(composed=True).test_client().get("/look", headers={"Cookie": cookie})
    assert answer.text == "{}"


def test_interface_of_ones_own_is_kept() -> None:
    """An application that keeps its sessions elsewhere goes on doing so."""

    class Own(SecureCookieSessionInterface):
        pass

    app = Flask("shop", root_path=".")
    app.secret_key = "0123456789abcdef"
    app.session_interface = Own()
    install(app, ())
    assert type(app.session_interface) is Own


def test_bare_application_is_left_alone() -> None:
    """P23: only what a Stack composes gets it."""
    assert not isinstance(make(composed=False).session_interface, QuickSessions)
    assert isinstance(make(composed=True).session_interface, QuickSessions)


def test_without_a_key_there_is_no_session() -> None:
    """A session that cannot be signed is refused in Flask's own words."""
    app = make(composed=True)
    app.secret_key = None
    with pytest.raises(RuntimeError, match="secret key"):
        app.test_client().get("/count")
