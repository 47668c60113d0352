"""Wherever in a request a fault arises, it is answered; a command has one sentence for it."""

from __future__ import annotations

import logging
from collections.abc import Callable
from contextlib import suppress
from importlib.metadata import version
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask, g, render_template_string
from flask.sessions import SecureCookieSessionInterface
from packaging.version import Version
from sqlalchemy.engine import URL
from werkzeug.exceptions import HTTPException, InternalServerError

from databases import cut_connections
from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]
DEAD = {"SQLALCHEMY_DATABASE_URI": "postgresql+psycopg://shop:secret@127.0.0.1:1/shop"}


class Dead:
    """An application whose server refuses."""

    def __init__(self, start: Start) -> None:
        self.app, self.db = start(**DEAD)
        self.app.add_url_rule("/", view_func=self.ask)
        self.app.add_url_rule("/plain", "plain", lambda: "plain")
        self.client = self.app.test_client()

    def ask(self, *given: Any) -> Any:
        self.db.session.execute(sa.text("SELECT hidden FROM secret_table"))


@pytest.fixture
def dead(start: Start) -> Dead:
    return Dead(start)


def is_answer(answer: Any) -> bool:
    """Tell whether a client was told when to come again, and nothing else."""
    words = ("hidden", "secret", "127.0.0.1", "psycopg", "shop")
    told = answer.status_code == 503 and answer.headers["Retry-After"] == "2"
    return told and not any(word in answer.text for word in words)


def in_before_request(dead: Dead) -> str:
    dead.app.before_request(dead.ask)
    return "/plain"


def in_after_request(dead: Dead) -> str:
    @dead.app.after_request
    def save(response: Any) -> Any:
        if "saved" not in g:
            g.saved = True
            dead.ask()
        return response

    return "/plain"


def in_template(dead: Dead) -> str:
    dead.app.context_processor(lambda: {"user": dead.ask()})
    dead.app.add_url_rule("/page", "page", lambda: render_template_string("{{ user }}"))
    return "/page"


def in_session(dead: Dead) -> str:
    class Kept(SecureCookieSessionInterface):
        def open_session(self, app: Flask, request: Any) -> Any:
            dead.ask()

    dead.app.session_interface = Kept()
    return "/plain"


def in_view(dead: Dead) -> str:
    return "/"


def after_it_was_swallowed(dead: Dead) -> str:
    def view() -> Any:
        with suppress(sa.exc.OperationalError):
            dead.ask()
        return dead.ask()

    dead.app.add_url_rule("/twice", view_func=view)
    return "/twice"


@pytest.mark.parametrize(
    "place",
    [
        in_view,
        in_before_request,
        in_after_request,
        in_template,
        in_session,
        after_it_was_swallowed,
    ],
)
def test_fault_is_answered(dead: Dead, place: Callable[[Dead], str]) -> None:
    """In a view, before and after it, in a template, while a session is opened."""
    assert is_answer(dead.client.get(place(dead)))


def test_error_page_may_ask_the_database(dead: Dead) -> None:
    """The application's own page shows who is signed in; without a database it is plain."""
    dead.app.register_error_handler(503, dead.ask)
    assert is_answer(dead.client.get("/"))


def test_broken_error_page_stays_an_error(dead: Dead) -> None:
    """Another mistake of that page is not hidden."""

    def broken(error: HTTPException) -> str:
        raise ZeroDivisionError

    dead.app.register_error_handler(503, broken)
    assert dead.client.get("/").status_code == 500


def test_log_has_one_line(dead: Dead, caplog: pytest.LogCaptureFixture) -> None:
    """What happened, in the driver's words, without a traceback."""
    dead.client.get("/")
    (record,) = caplog.records
    assert (record.levelno, record.exc_info) == (logging.WARNING, None)
    assert "The database cannot be reached" in record.message
    assert "\n" not in record.message


@pytest.mark.parametrize("kind", [500, InternalServerError, HTTPException, Exception])
def test_other_failures_find_their_page(dead: Dead, kind: Any) -> None:
    """A page for 500, for HTTP errors or for everything is found as it was without us."""
    dead.app.add_url_rule("/fail", "fail", lambda: 1 / 0)

    def page(error: Any) -> tuple[str, int]:
        return f"own {type(getattr(error, 'original_exception', error) or error).__name__}", 500

    dead.app.register_error_handler(kind, page)
    assert dead.client.get("/fail").text == "own ZeroDivisionError"


def test_failure_without_a_page_is_flasks(dead: Dead) -> None:
    """Without one it is Flask's own."""
    dead.app.add_url_rule("/fail", "fail", lambda: 1 / 0)
    answer = dead.client.get("/fail")
    assert (answer.status_code, answer.mimetype) == (500, "text/html")
    assert "Internal Server Error" in answer.text


@pytest.mark.skipif(
    Version(version("click")) < Version("8.2"),
    reason="Click tells a context of errors from 8.2 on.",
)
def test_command_has_one_sentence(dead: Dead, run_flask: Callable[..., Result]) -> None:
    """A command says what is wrong and what to do, and fails."""
    dead.app.cli.command("ask")(dead.ask)
    result = run_flask(dead.app, "ask")
    assert result.exit_code == 1
    assert "Error: The database cannot be reached. The driver says: " in result.output
    assert "Run the command again" in result.output
    assert "Traceback" not in result.output


def test_command_in_debug_has_its_traceback(dead: Dead, run_flask: Callable[..., Result]) -> None:
    """While one develops, the error itself is seen; another error is seen always."""
    dead.app.cli.command("ask")(dead.ask)
    dead.app.cli.command("fail")(lambda: 1 / 0)
    assert isinstance(run_flask(dead.app, "fail").exception, ZeroDivisionError)
    dead.app.debug = True
    assert isinstance(run_flask(dead.app, "ask").exception, sa.exc.OperationalError)


@pytest.mark.services
def test_connection_that_is_lost_after_the_view(server: URL, start: Start) -> None:
    """An answer that was made is sent, though the end of its transaction finds nobody."""
    app, db = start(SQLALCHEMY_DATABASE_URI=server.render_as_string(hide_password=False))

    @app.get("/")
    def view() -> str:
        db.session.connection()
        cut_connections(server)
        return "read"

    client = app.test_client()
    assert [client.get("/").text for _ in range(3)] == ["read"] * 3


@pytest.mark.services
def test_connection_that_is_lost_in_a_commit(server: URL, start: Start) -> None:
    """Whether it was kept is unknown, so it is not acknowledged."""
    app, db = start(SQLALCHEMY_DATABASE_URI=server.render_as_string(hide_password=False))
    with app.app_context():
        db.session.execute(sa.text("CREATE TABLE t (x INTEGER)"))
        db.session.commit()

    @app.post("/")
    def view() -> str:
        db.session.execute(sa.text("INSERT INTO t VALUES (1)"))
        cut_connections(server)
        db.session.commit()
        return "kept"

    client = app.test_client()
    assert is_answer(client.post("/"))
    with app.app_context():
        assert db.session.execute(sa.text("SELECT count(*) FROM t")).scalar() == 0
