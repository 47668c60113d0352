"""What resources of models answer, held against the document by the fixture `api`."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from flask import Flask
from flask.testing import FlaskClient

from stack_rest import Rest
from stack_rest.document.check import check_document
from stack_rest.document.shared import find_parameters


def test_check_finds_no_error(app: Flask) -> None:
    """Nothing of the shop differs from its document."""
    found = [each for each in check_document(app, Rest.of(app)) if each.severity == "error"]
    assert found == []


def test_life_of_a_hat_is_as_told(api: FlaskClient) -> None:
    """Creating, reading, changing, listing and deleting answer what the document says."""
    made = api.post("/api/hats", json={"name": "Bowler", "pieces": 3, "price": "12.50"})
    assert made.status_code == 201
    path, etag = made.headers["Location"], made.headers["ETag"]
    assert api.get(path, headers={"If-None-Match": etag}).status_code == 304
    changed = api.patch(path, json={"pieces": 4}, headers={"If-Match": etag})
    assert changed.json == {**(made.json or {}), "pieces": 4, "version": 2}
    assert api.patch(path, json={"pieces": 5}, headers={"If-Match": etag}).status_code == 412
    assert api.patch(path, json={"pieces": 5}).status_code == 428
    assert api.get("/api/hats?include=maker&total=exact&sort=-name").status_code == 200
    assert api.delete(path, headers={"If-Match": "*"}).status_code == 204
    assert api.get(path).status_code == 404


def test_refusals_are_as_told(api: FlaskClient) -> None:
    """What is wrong with a request is answered as the document says."""
    assert api.post("/api/hats", json={"name": 1, "colour": "green"}).status_code == 422
    assert api.post("/api/hats", data="{", content_type="application/json").status_code == 400
    assert api.post("/api/hats", data="name=1").status_code == 415
    assert api.get("/api/hats?pieces=many").status_code == 400
    assert api.get("/api/hats?colour=green").status_code == 400
    assert api.get("/api/hats/none").status_code == 404
    assert api.post("/api/makers", json={"name": "Ann"}).status_code == 409


def test_functions_are_as_told(api: FlaskClient) -> None:
    """A typed function answers what the document says, refusals too."""
    assert api.post("/api/orders", json={"name": "Fez"}).status_code == 403
    assert api.get("/api/news?tags=a&tags=b").text == '{"name":"Fez","pieces":1}\n'
    assert api.get("/api/news?least=x").status_code in (400, 422)
    sent = {"title": "Front", "file": (BytesIO(b"12345"), "front.png")}
    assert api.post("/api/hats/1/picture", data=sent).status_code == 204
    part, form = {"title": "Front"}, "multipart/form-data"
    assert api.post("/api/hats/1/picture", data=part, content_type=form).status_code == 422
    assert api.post("/api/hats/1/picture", data=part).status_code == 415


def test_lists_are_as_told(api: FlaskClient) -> None:
    """A page, its lines and its table are each of their media type."""
    for accept in ("application/json", "application/jsonl", "text/csv"):
        answer = api.get("/api/hats", headers={"Accept": accept})
        assert (answer.status_code, answer.mimetype) == (200, accept)
    assert api.get("/api/makers/1/hats").status_code == 200


def test_lists_in_an_address_are_read_as_told(api: FlaskClient, document: dict[str, Any]) -> None:
    """A list of several values is repeated or joined by commas, as the document says."""
    asked = 0
    for parameter in find_parameters(document, document["paths"]["/api/hats"]["get"]):
        schema = parameter["schema"]
        if schema.get("type") == "array":
            items = schema["items"]
            some = {"integer": ["1", "2"], "string": ["2000-01-01", "2000-01-02"]}
            if "$ref" in items:
                items = document["components"]["schemas"][items["$ref"].rpartition("/")[2]]
            values = items["enum"][:2] if "enum" in items else some[items["type"]]
            if items.get("format") == "decimal":
                values = ["1.5", "2"]
            given = values if parameter["explode"] else ",".join(values)
            answer = api.get("/api/hats", query_string={parameter["name"]: given})
            assert (parameter["name"], answer.status_code) == (parameter["name"], 200)
            asked += 1
    assert asked > 10
