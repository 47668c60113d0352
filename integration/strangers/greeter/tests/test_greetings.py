"""Leaving a greeting: who may, how often, what is refused, and who hears of it."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from stack_core import Registry
from stack_core.event import Change, changed
from stack_core.keep import KeepUnavailable, using_keep
from stack_core.memory_keep import MemoryKeep

from greeter.objection import OBJECTIONS

from application import create_app


class Gone(MemoryKeep):
    """A keep whose server is not there."""

    def get(self, key: str) -> bytes | None:
        """Raise what such a keep raises."""
        raise KeepUnavailable


def greet(client: FlaskClient, text: object) -> Any:
    """Send one."""
    return client.post("/greeter/", json={"text": text})


def make_app(**settings: object) -> Flask:
    """Return an application of the test's own, with its tables."""
    app = create_app(**settings)
    with app.app_context():
        app.extensions["sqlalchemy"].create_all()
    return app


def refuse_shouting(text: str) -> str | None:
    """Object to capitals."""
    return "Do not shout." if text.isupper() else None


@pytest.mark.usefixtures("database")
def test_everybody_may_greet(client: FlaskClient) -> None:
    """What somebody leaves, everybody sees; the latest stands by itself."""
    assert client.get("/greeter/").get_json()["latest"] is None
    for text in ("Good morning!", "Good evening!"):
        assert greet(client, text).status_code == 201
    page = client.get("/greeter/").get_json()
    assert page["entries"] == ["Good evening!", "Good morning!"]
    assert page["latest"] == "Good evening!"


@pytest.mark.usefixtures("database")
@pytest.mark.parametrize("text", [None, "x" * 201, 7, "nul\0"])
def test_text_that_does_not_fit_is_refused(client: FlaskClient, text: object) -> None:
    """The description of the entry says what fits; nothing is written."""
    assert greet(client, text).status_code == 422
    assert client.get("/greeter/").get_json()["entries"] == []


def test_others_may_object() -> None:
    """Whoever offers an objection is asked, also when they came after this extension."""
    app = make_app()
    client = app.test_client()
    assert greet(client, "HELLO").status_code == 201
    Registry.of(app).offer(OBJECTIONS, refuse_shouting)
    answer = greet(client, "HELLO AGAIN")
    assert (answer.status_code, "Do not shout." in answer.text) == (422, True)
    assert greet(client, "Hello again").status_code == 201


def test_one_address_may_not_greet_for_ever() -> None:
    """The limit is a problem with its own status, and says when to come again."""
    client = make_app(GREETER_PER_HOUR=2).test_client()
    answers = [greet(client, "Hello") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 201, 429]
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 3601
    other = client.post("/greeter/", json={"text": "Hi"}, environ_base={"REMOTE_ADDR": "::1"})
    assert other.status_code == 201


@pytest.mark.usefixtures("database")
def test_others_hear_of_a_greeting(app: Flask, client: FlaskClient) -> None:
    """It is an event like every other change, and tells who asked by which request."""
    heard: list[Change] = []

    def hear(app: Flask, change: Change) -> None:
        heard.append(change)

    with changed.connected_to(hear, app):
        greet(client, "Hello")
    assert [(each.kind, each.action, each.new["text"]) for each in heard] == [
        ("greeter_entry", "create", "Hello")
    ]
    assert heard[0].request_id


def test_ready_only_with_the_keep() -> None:
    """A server that could not count greetings gets no requests."""
    app = make_app()
    client = app.test_client()
    ready = {"status": "ok", "db": "ok", "rest": "ok", "greeter": "ok"}
    assert client.get("/readyz").get_json() == ready
    with using_keep(app, Gone()):
        answer = client.get("/readyz")
    assert (answer.status_code, answer.get_json()["greeter"]) == (503, "failed")
    assert client.get("/readyz").get_json() == ready
