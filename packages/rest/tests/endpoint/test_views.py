"""A typed function stands beneath Flask's own routes, in an application that is not ours."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from flask import Blueprint, Flask

from stack_core import MissingExtension
from stack_rest import Rest
from stack_rest.endpoint.view import find_endpoints


class Hat(msgspec.Struct):
    name: str


def test_one_endpoint_is_added_and_nothing_else_changes() -> None:
    """Pages of an existing application keep their bytes, and their errors."""
    app = Flask("old")
    app.secret_key = "a-key-that-is-good-enough-1234567890"
    rest = Rest()
    app.add_url_rule("/", "home", lambda: "<p>home")

    @app.post("/hats/<int:shelf>")
    @rest.endpoint(public=True, status=201)
    def make_hat(shelf: int, hat: Hat) -> list[Any]:
        return [shelf, hat.name]

    rest.init_app(app)
    client = app.test_client()
    assert client.get("/").text == "<p>home"
    assert client.get("/none").mimetype == "text/html"
    answer = client.post("/hats/3", json={"name": "Fez"})
    assert (answer.status_code, answer.json) == (201, [3, "Fez"])
    answer = client.post("/hats/3", json={"name": 1}, headers={"Accept": "*/*"})
    assert (answer.status_code, answer.mimetype) == (422, "application/problem+json")


def test_a_view_needs_the_extension(service: Any) -> None:
    """Without it, an error says what to call."""
    app = Flask("bare")
    app.testing = True
    app.add_url_rule("/", "it", service.rest.endpoint()(lambda: None))
    with pytest.raises(MissingExtension, match=r"Call Rest\(\)\.init_app"):
        app.test_client().get("/")


def test_a_view_is_shared_by_applications_that_share_nothing() -> None:
    """Each has its own settings."""
    rest = Rest()
    shop = Blueprint("shop", __name__)

    @rest.post("/hats", public=True, blueprint=shop)
    def make_hat(hat: Hat) -> str:
        return hat.name

    statuses = []
    for limit in (10, 1000):
        app = Flask("one")
        app.config.update(SECRET_KEY="k" * 40, REST_BODY_LIMIT=limit)
        app.register_blueprint(shop)
        rest.init_app(app)
        statuses.append(app.test_client().post("/hats", json={"name": "x" * 20}).status_code)
    assert statuses == [413, 200]


def test_operations_are_found_in_the_map_of_addresses(service: Any) -> None:
    """One for each method of each rule, by a name of its own, and under decorators of others."""
    from functools import wraps

    def other(function: Any) -> Any:
        @wraps(function)
        def inner(*args: Any, **values: Any) -> Any:
            return function(*args, **values)

        return inner

    def show(key: int = 0) -> int:
        return key

    view = other(service.rest.endpoint(public=True, tag="keys")(show))
    service.app.add_url_rule("/keys", "keys", view, methods=["GET", "POST"])
    service.app.add_url_rule("/keys/<int:key>", "keys", view, methods=["GET", "POST"])
    service.app.add_url_rule("/one", "one", view)
    service.start()
    found = {each.name: each for each in find_endpoints(service.app, Rest.of(service.app))}
    assert {name: (each.method, each.rule) for name, each in found.items()} == {
        "keys.get": ("GET", "/keys"),
        "keys.post": ("POST", "/keys"),
        "keys.get.2": ("GET", "/keys/<int:key>"),
        "keys.post.2": ("POST", "/keys/<int:key>"),
        "one": ("GET", "/one"),
    }
    contract = found["keys.get.2"].find_contract()
    assert [(each.name, each.where) for each in contract.parameters] == [("key", "path")]
    client = service.client()
    assert client.get("/keys/4").json == 4
    assert client.post("/keys?key=5").json == 5


def test_a_view_that_cannot_be_served_is_told_when_the_application_is_made(service: Any) -> None:
    """As for a function that has an address of its own."""

    def show(key) -> int:  # type: ignore[no-untyped-def]
        return 1

    service.app.add_url_rule("/it", "it", service.rest.endpoint(public=True)(show))
    with pytest.raises(TypeError, match="takes 'key' and does not say its type"):
        service.start()


def test_the_document_tells_of_views(service: Any) -> None:
    """At the addresses that Flask has them at, outside the prefix too."""

    @service.app.route("/hats/<int:shelf>", methods=["PUT", "POST"])
    @service.rest.endpoint(public=True)
    def set_hat(shelf: int, hat: Hat) -> Hat:
        """Put a hat on a shelf."""
        return hat

    document = service.client().get("/api/openapi.json").json
    operations = document["paths"]["/hats/{shelf}"]
    assert {name: each["operationId"] for name, each in operations.items()} == {
        "post": "set_hat.post",
        "put": "set_hat.put",
    }
    assert operations["put"]["summary"] == "Put a hat on a shelf"


def test_declarations_are_copied_to_each_application() -> None:
    """Two applications have the functions, under prefixes of their own."""
    rest = Rest()

    @rest.get("/it", public=True)
    def show() -> int:
        return 1

    for prefix in ("/one", "/two"):
        app = Flask("one")
        app.config.update(SECRET_KEY="k" * 40, REST_PREFIX=prefix)
        rest.init_app(app)
        Rest.of(app).get(f"{prefix}-only", public=True)(lambda_typed)
        client = app.test_client()
        assert client.get(f"{prefix}/it").json == 1
        assert client.get(f"{prefix}{prefix}-only").json == 2
        other = "/two" if prefix == "/one" else "/one"
        assert client.get(f"{prefix}{other}-only").status_code == 404


def lambda_typed() -> int:
    return 2
