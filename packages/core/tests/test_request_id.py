"""One id for everything that happens for one request."""

from __future__ import annotations

import logging

import pytest
from flask import Flask, g

from stack_core import Extension, NoSettings, find_request_id


class Nothing(Extension[NoSettings, None]):
    name = "nothing"


def serve(app: Flask) -> Flask:
    @app.get("/id")
    def show() -> str:
        app.logger.warning("shown")
        return f"{g.request_id} {find_request_id()}"

    Nothing().init_app(app)
    return app


def test_id_is_one_per_request(app: Flask) -> None:
    """The same id all through a request, another one in the next."""
    client = serve(app).test_client()
    first, again = client.get("/id").text.split()
    assert first == again
    assert client.get("/id").text.split()[0] != first


def test_id_is_one_per_request_under_an_outer_context(app: Flask) -> None:
    """A context that tests push around two requests does not join their ids."""
    client = serve(app).test_client()
    with app.app_context():
        outer = g.request_id
        one, two = (client.get("/id").text.split()[0] for _ in range(2))
        assert len({outer, one, two}) == 3
        assert g.request_id == outer


def test_header_is_not_trusted_without_a_proxy(app: Flask) -> None:
    """Anybody can send X-Request-ID."""
    sent = serve(app).test_client().get("/id", headers={"X-Request-ID": "mine"}).text
    assert "mine" not in sent


def test_header_is_trusted_behind_a_declared_proxy(app: Flask) -> None:
    """Behind declared proxies their id is the request's."""
    app.config["STACK_PROXY_HOPS"] = 1
    sent = serve(app).test_client().get("/id", headers={"X-Request-ID": "abc-1"}).text
    assert sent == "abc-1 abc-1"


@pytest.mark.parametrize("bad", ["a b", "x" * 129, "<i>", "é", " "])
def test_header_that_could_forge_a_line_is_replaced(app: Flask, bad: str) -> None:
    """An id goes into logs: only plain ones are taken."""
    app.config["STACK_PROXY_HOPS"] = 1
    answer = serve(app).test_client().get("/id", headers={"X-Request-ID": bad}).text
    assert len(answer.split()[0]) == 32


def test_own_id_of_the_application_wins(app: Flask) -> None:
    """An application that sets g.request_id itself goes on seeing its own."""
    serve(app).before_request(lambda: setattr(g, "request_id", "own"))
    assert app.test_client().get("/id").text == "own own"


def test_log_record_carries_the_id(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Every record knows the request; outside of one it says so."""
    sent = serve(app).test_client().get("/id").text.split()[0]
    formatter = logging.Formatter("%(request_id)s %(message)s")
    assert formatter.format(caplog.records[-1]) == f"{sent} shown"
    logging.getLogger("elsewhere").warning("idle")
    assert formatter.format(caplog.records[-1]) == "- idle"


def test_own_extra_of_the_application_wins(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """An application that passes extra={"request_id": …} goes on doing so."""
    serve(app)
    logging.getLogger("elsewhere").warning("idle", extra={"request_id": "own"})
    assert logging.Formatter("%(request_id)s").format(caplog.records[-1]) == "own"


def test_no_id_outside_of_contexts(app: Flask) -> None:
    """Outside of every context there is no id."""
    assert find_request_id() is None
