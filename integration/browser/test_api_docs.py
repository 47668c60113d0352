"""The page on which people read and try an interface."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec
import pytest
from flask import Flask, Response
from werkzeug.serving import make_server

from stack_rest import Rest
from stack_rest.operation.operation import PUBLIC, Answer, Contract, Operation, Parameter

if TYPE_CHECKING:
    from .conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]


class Hat(msgspec.Struct):
    """Something to wear."""

    id: int
    name: str


def get_hat(key: int) -> Response:
    """Answer with a hat of any number."""
    return Response(f'{{"id":{key},"name":"Fez"}}', content_type="application/json")


def make_app() -> Flask:
    """Return an application with an interface of one operation."""
    key = Parameter(name="key", where="path", type=int, label="Which hat.", required=True)
    contract = Contract(
        summary="Get a hat",
        need=PUBLIC,
        parameters=(key,),
        answers=(Answer(status=200, label="The hat.", type=Hat),),
    )
    app = Flask("hats")
    app.config.update(TESTING=True, SECRET_KEY="hats", REST_TITLE="Hats")
    Rest().init_app(app)
    Rest.of(app).add(
        Operation(
            name="hat.get",
            method="GET",
            rule="/hats/with/a/rather/long/address/<int:key>",
            run=get_hat,
            find_contract=lambda: contract,
            tag="hat",
            need=PUBLIC,
        )
    )
    return app


@pytest.fixture(scope="module")
def interface() -> Iterator[str]:
    """Where the interface is served."""
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_operation_is_tried_out(visit: Visit, look: str, interface: str) -> None:
    """The page keeps its own policy, asks no other host, and calls the operation."""
    visit.host = interface
    assert visit.go("/api/docs") == 200
    page = visit.page
    page.locator(".opblock-summary-control").first.click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_placeholder("key").fill("7")
    page.get_by_role("button", name="Execute").click()
    answer = page.locator(".live-responses-table .response-col_description .microlight").first
    answer.wait_for()
    assert '"id": 7' in answer.inner_text()
    assert visit.overflow() <= 0


def test_colours_follow_the_system(visit: Visit, look: str, interface: str) -> None:
    """The page is dark for those who ask their system for that."""
    visit.host = interface
    visit.go("/api/docs")
    visit.page.locator(".opblock").first.wait_for()
    colour = visit.page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    text = visit.page.evaluate("getComputedStyle(document.querySelector('.info .title')).color")
    shades = [
        sum(map(float, each[each.index("(") + 1 : -1].split(",")[:3])) for each in (colour, text)
    ]
    assert (shades[0] < shades[1]) == (look == "dark")
