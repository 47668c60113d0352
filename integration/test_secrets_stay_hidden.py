"""Secrets, statements and paths stay out of everything that is printed, logged or answered."""

from __future__ import annotations

import logging
from collections.abc import Callable

import flask
import flask_sqlalchemy
import pytest
import sqlalchemy
from click.testing import Result
from flask import Flask, current_app, session
from sqlalchemy import text

from stack_core import Registry

PASSWORD = "p4ss-word-of-the-shop"
DEAD = f"postgresql+psycopg://shop:{PASSWORD}@127.0.0.1:1/shop"
COMMANDS = [
    ("stack", "settings"),
    ("stack", "settings", "--format", "json"),
    ("stack", "extensions"),
    ("stack", "check", "--deploy"),
    ("stack", "check", "--deploy", "--format", "json"),
    ("stack", "secret", "--fingerprint"),
    ("db", "current"),
    ("routes",),
]
VERSIONS = [flask.__name__, sqlalchemy.__name__, flask_sqlalchemy.__name__, sqlalchemy.__version__]

Compose = Callable[..., Flask]
RunFlask = Callable[..., Result]


def ask_database() -> str:
    with current_app.extensions["sqlalchemy"].engine.connect() as connection:
        return str(connection.execute(text("select secret_column from shop")).scalar())


def fail() -> str:
    session["seen"] = True
    raise RuntimeError(f"a secret detail: {current_app.secret_key!r}")


@pytest.fixture
def shop(compose: Compose) -> Flask:
    """An application whose database does not answer, with a view that asks it."""
    app = compose(SQLALCHEMY_DATABASE_URI=DEAD, DB_CONNECT_TIMEOUT=1)
    app.add_url_rule("/ask", view_func=ask_database)
    app.add_url_rule("/fail", view_func=fail)
    return app


def shown(shop: Flask, text: str) -> list[str]:
    """Return which secrets a text shows."""
    return [secret for secret in (shop.config["SECRET_KEY"], PASSWORD) if secret in text]


def test_secret_is_in_no_output(
    shop: Flask, run_flask: RunFlask, caplog: pytest.LogCaptureFixture
) -> None:
    """Commands, answers, texts of our objects and the log at its most talkative show none."""
    caplog.set_level(logging.DEBUG)
    client = shop.test_client()
    outputs = [client.get(path).text for path in ("/readyz", "/healthz", "/ask", "/nothing")]
    for command in COMMANDS:
        result = run_flask(shop, *command)
        outputs += [result.output, str(result.exception or "")]
    with shop.app_context():
        outputs += [repr(each) for each in Registry.of(shop).values()]
        outputs += [repr(each.settings) for each in Registry.of(shop).values()]
        outputs += [repr(shop.extensions["sqlalchemy"]), repr(shop)]
    outputs += [caplog.text, *(repr(vars(record)) for record in caplog.records)]
    assert [output for output in outputs if shown(shop, output)] == []
    assert "The database cannot be reached" in caplog.text


@pytest.mark.parametrize("accept", ["text/html", "application/json"])
def test_failing_view_gives_nothing_away(shop: Flask, accept: str) -> None:
    """The answer to a view's exception names neither it, nor a file, nor a version."""
    answer = shop.test_client().get("/fail", headers={"Accept": accept})
    assert answer.status_code == 500
    for word in ("secret detail", "RuntimeError", "Traceback", __file__, ".py", *VERSIONS):
        assert word.lower() not in answer.text.lower()
    assert not shown(shop, answer.text + str(answer.headers))


def test_dead_database_gives_nothing_away(shop: Flask) -> None:
    """The answer names neither the statement, nor the server, nor the driver."""
    answer = shop.test_client().get("/ask")
    assert answer.status_code == 503
    for word in ("secret_column", "select", "127.0.0.1", "psycopg", "Operational", *VERSIONS):
        assert word.lower() not in answer.text.lower()


@pytest.mark.parametrize("hops", [0, 1])
def test_request_id_forges_no_line(
    compose: Compose, caplog: pytest.LogCaptureFixture, hops: int
) -> None:
    """What a client sends as its id or in its path makes no second line of the log."""
    app = compose(STACK_PROXY_HOPS=hops)
    app.add_url_rule("/fail", view_func=fail)
    handler = logging.Formatter("%(levelname)s [%(request_id)s] %(message)s")
    client = app.test_client()
    forged = "\x1b[2Jid ERROR [x] all is lost"
    client.get("/fail?%0d%0aERROR", headers={"X-Request-ID": forged})
    (record,) = [each for each in caplog.records if each.levelno == logging.ERROR]
    record.exc_info = record.exc_text = None
    line = handler.format(record)
    assert "all is lost" not in line
    assert len(line.splitlines()) == 1
