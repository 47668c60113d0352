"""What people know of Flask stays true for a typed function."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Blueprint, abort, current_app, g, request, session, url_for
from werkzeug.routing import BaseConverter
from werkzeug.test import EnvironBuilder, run_wsgi_app

from stack_core.problem import Problem


class LunchError(Exception):
    """An error of the application's own."""


class Full(Problem):
    """There is no more room."""

    status = 409
    kind = "full"


class YearConverter(BaseConverter):
    regex = r"\d{4}"

    def to_python(self, value: str) -> int:
        return int(value)


def test_a_function_stays_a_function(service: Any) -> None:
    """It is called and tested as plain Python."""

    @service.rest.get("/add", public=True)
    def add(one: int, other: int = 1) -> int:
        return one + other

    assert add(1, other=2) == 3
    assert add.__name__ == "add"


def test_the_context_is_at_hand(service: Any) -> None:
    """Request, session, ``g``, the application and addresses are where they always are."""

    @service.rest.get("/it", public=True, name="it")
    def show() -> list[Any]:
        session["seen"] = True
        return [request.path, g.before, current_app.name, url_for("stack_rest.it")]

    service.app.before_request(lambda: setattr(g, "before", "hook"))
    client = service.client()
    assert client.get("/api/it").json == ["/api/it", "hook", "service", "/api/it"]
    with client.session_transaction() as kept:
        assert kept["seen"]


def test_hooks_and_converters_of_an_application_count(service: Any) -> None:
    """They run around the function as around a view."""
    service.app.url_map.converters["year"] = YearConverter

    @service.rest.get("/<year:when>", public=True)
    def show(when: int) -> int:
        return when

    @service.app.after_request
    def mark(answer: Any) -> Any:
        answer.headers["X-Mark"] = "1"
        return answer

    client = service.client()
    answer = client.get("/api/2026")
    assert (answer.json, answer.headers["X-Mark"]) == (2026, "1")
    assert client.get("/api/20").status_code == 404


def test_hook_may_give_another_body(service: Any) -> None:
    """Text, and parts of text, as any response takes them."""

    @service.rest.get("/it", public=True)
    def fail() -> int:
        abort(404)

    @service.app.after_request
    def replace(answer: Any) -> Any:
        answer.response = ["twenty-", "six"]
        del answer.headers["Content-Length"]
        return answer

    app = service.client().application
    parts, status, _ = run_wsgi_app(app, EnvironBuilder("/api/it").get_environ())
    assert (b"".join(parts), status) == (b"twenty-six", "404 NOT FOUND")


def test_abort_is_a_problem(service: Any) -> None:
    """The text that it is given is what the client reads."""

    @service.rest.get("/it", public=True)
    def show() -> int:
        abort(404, "There is no such hat. Look for another.")

    answer = service.client().get("/api/it")
    assert (answer.status_code, answer.mimetype) == (404, "application/problem+json")
    assert answer.json["detail"] == "There is no such hat. Look for another."


@pytest.mark.parametrize("path", ["/api/own", "/api/full", "/shop/own", "/shop/full", "/view/own"])
def test_handlers_of_an_applications_own_errors_come_first(service: Any, path: str) -> None:
    """Wherever the function is served."""
    shop = Blueprint("shop", __name__, url_prefix="/shop")

    def fail() -> int:
        raise LunchError

    def refuse() -> int:
        raise Full

    for blueprint in ({}, {"blueprint": shop}):
        service.rest.get("/own", public=True, **blueprint)(fail)
        service.rest.get("/full", public=True, name="full", **blueprint)(refuse)
    service.app.add_url_rule("/view/own", "v", service.rest.endpoint(public=True)(fail))
    service.app.register_blueprint(shop)
    service.app.register_error_handler(LunchError, lambda error: ("lunch", 418))
    service.app.register_error_handler(Full, lambda error: ("full", 418))
    service.app.register_error_handler(500, lambda error: ("page", 500))
    answer = service.client().get(path)
    assert (answer.status_code, answer.text) == (418, "full" if "full" in path else "lunch")


def test_a_blueprint_serves_a_function_at_its_own_address(service: Any) -> None:
    """Its prefix, hooks and names count, and an error is a problem all the same."""
    shop = Blueprint("shop", __name__, url_prefix="/shop/<town>")
    shop.before_request(lambda: setattr(g, "before", "shop"))
    shop.register_error_handler(Full, lambda error: ("shop is full", 418))

    @service.rest.get("/hats/<int:number>", public=True, blueprint=shop)
    def show(town: str, number: int) -> list[Any]:
        if number == 9:
            raise Full
        return [town, number, g.before, url_for(".show", town="x", number=1)]

    service.app.register_blueprint(shop)
    client = service.client()
    assert client.get("/shop/oslo/hats/7").json == ["oslo", 7, "shop", "/shop/x/hats/1"]
    answer = client.get("/shop/oslo/hats/7?x=1", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.mimetype) == (406, "application/problem+json")
    answer = client.get("/shop/oslo/hats/7?x=1")
    assert (answer.status_code, answer.mimetype) == (400, "application/problem+json")
    assert client.get("/shop/oslo/hats/9").text == "shop is full"


def test_a_failure_outside_the_prefix_is_a_problem(make: Any) -> None:
    """It is logged and signalled as Flask does, and nothing of it is told."""
    service = make(TESTING=False)

    @service.app.get("/old")
    @service.rest.endpoint(public=True)
    def show() -> int:
        raise LookupError("a secret")

    service.app.register_error_handler(500, lambda error: ("page", 500))
    answer = service.client().get("/old")
    assert (answer.status_code, answer.mimetype) == (500, "application/problem+json")
    assert "secret" not in answer.text


def test_head_and_options_are_answered(service: Any) -> None:
    """As Flask answers them for its own views."""

    @service.rest.get("/it", public=True)
    def show() -> int:
        return 1

    client = service.client()
    assert client.head("/api/it").status_code == 200
    assert client.options("/api/it").status_code == 200
    assert client.post("/api/it").status_code == 405


class Town:
    """What only the application knows."""

    def __init__(self, name: str) -> None:
        self.name = name


class TownConverter(BaseConverter):
    def to_python(self, value: str) -> Town:
        return Town(value)


def test_a_converter_may_make_what_only_the_application_knows(service: Any) -> None:
    """The function gets what the converter made, and the document tells of text."""
    service.app.url_map.converters["town"] = TownConverter

    @service.rest.get("/<town:town>", public=True)
    def show(town: Town) -> str:
        return town.name

    client = service.client()
    assert client.get("/api/oslo").text == "oslo"
    parameters = client.get("/api/openapi.json").json["paths"]["/api/{town}"]["get"]["parameters"]
    assert parameters[0]["schema"]["type"] == "string"
