"""One id for everything that happens for one request."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import queue
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from logging.handlers import QueueHandler
from typing import Any

import pytest
from flask import Flask, Response, copy_current_request_context, g, stream_with_context
from flask.ctx import _AppCtxGlobals

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


def test_id_follows_into_threads_and_streams(app: Flask) -> None:
    """A thread with the request's context, a stream and a nested context see the same id."""
    other = Flask("other")
    Nothing().init_app(other)

    @app.get("/all")
    def everywhere() -> Response:
        @copy_current_request_context
        def work() -> str | None:
            return find_request_id()

        def stream() -> Iterator[str]:
            yield str(g.request_id)

        with ThreadPoolExecutor(1) as pool:
            in_thread = pool.submit(work).result()
        with other.app_context():
            nested = g.request_id
        return Response(chain(f"{in_thread} {nested} ", stream_with_context(stream())))

    client = serve(app).test_client()
    assert len(set(client.get("/all").text.split())) == 1


def test_threads_of_their_own_have_no_id(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A thread without a context writes its records without an id."""
    serve(app)
    with app.app_context(), ThreadPoolExecutor(1) as pool:
        pool.submit(logging.getLogger("elsewhere").warning, "alone").result()
    assert logging.Formatter("%(request_id)s").format(caplog.records[-1]) == "-"


def test_id_of_a_class_of_the_applications_own_wins(app: Flask) -> None:
    """An application whose g already knows a request_id keeps it."""

    class OwnGlobals(_AppCtxGlobals):
        request_id = "own"

    app.app_ctx_globals_class = OwnGlobals
    assert serve(app).test_client().get("/id").text == "own own"


class Shouting(logging.LogRecord):
    """A record of an application's own."""

    def getMessage(self) -> str:
        return super().getMessage().upper()


def shout(*args: Any, **kwargs: Any) -> logging.LogRecord:
    return Shouting(*args, **kwargs)


def plain(*args: Any, **kwargs: Any) -> logging.LogRecord:
    record = logging.LogRecord(*args, **kwargs)
    record.own = True
    return record


@pytest.fixture
def factory(request: pytest.FixtureRequest) -> Iterator[None]:
    """Another factory of records, as an application sets one."""
    before = logging.getLogRecordFactory()
    logging.setLogRecordFactory(request.param)
    yield
    logging.setLogRecordFactory(before)


factories = pytest.mark.parametrize(
    "factory", [logging.LogRecord, Shouting, shout, plain], indirect=True
)


@factories
@pytest.mark.usefixtures("factory")
def test_factory_of_the_applications_own_goes_on(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """Whatever makes the records goes on making them, under several applications too."""
    serve(app)
    Nothing().init_app(Flask("second"))
    sent = app.test_client().get("/id").text.split()[0]
    record = caplog.records[-1]
    assert logging.Formatter("%(request_id)s").format(record) == sent
    assert isinstance(record, Shouting) is (record.getMessage() == "SHOWN")
    logging.getLogger("elsewhere").warning("idle", extra={"request_id": "own"})
    assert logging.Formatter("%(request_id)s").format(caplog.records[-1]) == "own"


def test_factory_that_comes_later_keeps_the_id(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """The usual way to add to records, around the factory that is there, adds to ours."""
    serve(app)
    inner = logging.getLogRecordFactory()

    def make(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = inner(*args, **kwargs)
        record.own = True
        return record

    logging.setLogRecordFactory(make)
    try:
        Nothing().init_app(Flask("second"))
        logging.getLogger("elsewhere").warning("idle", extra={"request_id": "own"})
    finally:
        logging.setLogRecordFactory(inner)
    assert logging.Formatter("%(request_id)s %(own)s").format(caplog.records[-1]) == "own True"


@factories
@pytest.mark.usefixtures("factory")
def test_record_goes_to_other_threads_and_processes(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """A queue between threads copies records, one between processes pickles them."""
    sent = serve(app).test_client().get("/id").text.split()[0]
    record = caplog.records[-1]
    waiting: queue.SimpleQueue[logging.LogRecord] = queue.SimpleQueue()
    QueueHandler(waiting).handle(record)
    for copied in (waiting.get(), copy.copy(record), pickle.loads(pickle.dumps(record))):
        assert vars(copied)["request_id"] == sent
        assert copied.getMessage().lower() == "shown"


def test_record_can_be_read_where_core_is_missing(
    app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    """What is sent to a process that collects logs names no class of ours."""
    serve(app).test_client().get("/id")
    assert b"stack_core" not in pickle.dumps(caplog.records[-1])


def test_record_as_json_has_the_id(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """Formatters that print a record's own fields find it once the message was made."""
    sent = serve(app).test_client().get("/id").text.split()[0]
    record = caplog.records[-1]
    record.message = record.getMessage()
    assert json.loads(json.dumps(vars(record), default=str))["request_id"] == sent
