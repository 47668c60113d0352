"""Everybody at every endpoint by every method: the answer is the one that is written down."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
from flask import Flask
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.routing import Rule

from .conftest import bearer

METHODS = ("GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "TRACE", "CONNECT", "DELETE")
"""The last changes what the others look at."""
PEOPLE = ("", "ann", "bob")
#: Endpoint: the method of an operation, and what nobody, Ann and Bob are answered. What has a key
#: is Ann's. HEAD is answered like GET; OPTIONS names the methods and nothing else.
ANSWERS: dict[str, tuple[str, tuple[int, int, int]]] = {
    "static": ("GET", (404, 404, 404)),
    "doorkeeper.enter": ("POST", (401, 401, 401)),
    "doorkeeper.give_token": ("GET", (401, 401, 401)),
    "doorkeeper.leave": ("POST", (204, 204, 204)),
    "stack_rest.note_list": ("GET", (401, 200, 200)),
    "stack_rest.note_create": ("POST", (401, 201, 403)),
    "stack_rest.note_get": ("GET", (401, 200, 404)),
    "stack_rest.note_replace": ("PUT", (401, 200, 403)),
    "stack_rest.note_patch": ("PATCH", (401, 200, 403)),
    "stack_rest.note_delete": ("DELETE", (401, 204, 403)),
    "stack_rest.note_bulk": ("POST", (401, 200, 403)),
    "stack_rest.folder_list": ("GET", (401, 200, 200)),
    "stack_rest.folder_create": ("POST", (401, 201, 403)),
    "stack_rest.folder_get": ("GET", (401, 200, 404)),
    "stack_rest.folder_replace": ("PUT", (401, 200, 403)),
    "stack_rest.folder_patch": ("PATCH", (401, 200, 403)),
    "stack_rest.folder_delete": ("DELETE", (401, 204, 403)),
    "stack_rest.folder_bulk": ("POST", (401, 200, 403)),
    "stack_rest.folder_notes_list": ("GET", (401, 200, 404)),
    "stack_rest.folder_notes_create": ("POST", (401, 201, 404)),
    "stack_rest.openapi_json": ("GET", (200, 200, 200)),
    "stack_rest.openapi_yaml": ("GET", (200, 200, 200)),
    "stack_rest.docs": ("GET", (200, 200, 200)),
    "stack_rest.docs_file": ("GET", (404, 404, 404)),
    "stack_rest.problem_types": ("GET", (200, 200, 200)),
    "stack_rest.problem_type": ("GET", (200, 200, 200)),
    "stack_rest.me": ("GET", (401, 200, 200)),
    "stack_rest.news": ("GET", (200, 200, 200)),
    "stack_rest.ping": ("POST", (401, 200, 200)),
    "stack_rest.report": ("GET", (401, 403, 200)),
    "ledger.read_ledger": ("GET", (401, 403, 200)),
    "ledger.tear_out": ("DELETE", (401, 403, 204)),
}

PARTS = {
    "<path:filename>": "no.css",
    "<name>": "no.css",
    "<kind>": "rate",
    "<key>": "1",
    "<int:number>": "1",
}


def make_body(endpoint: str, method: str) -> dict[str, Any] | None:
    """Return what is sent: names differ, for they must be unique."""
    if method not in ("POST", "PUT", "PATCH"):
        return None
    kind, _, what = endpoint.partition(".")[2].partition("_")
    values: dict[str, Any] = {"owner": "ann", "name": f"{method} {what}"}
    if kind == "note" or what == "notes_create":
        values = {"owner": "ann", "title": method, "remark": None}
    if kind == "note" and what == "replace":
        values["folder"] = None
    if what == "":
        values = {"text": "hello"}
    return {"writes": [{"act": "create", "values": values}]} if what == "bulk" else values


def find_address(rule: Rule) -> str:
    """Return an address that a rule leads to."""
    address = rule.rule
    for part, value in PARTS.items():
        address = address.replace(part, value)
    return address


def find_expected(app: Flask, path: str, method: str, person: str) -> tuple[int, str]:
    """Return what is written down of an address, and the endpoint that it is written at."""
    try:
        endpoint, values = app.url_map.bind("localhost").match(path, method=method)
    except MethodNotAllowed:
        return 405, ""
    if method == "OPTIONS":
        return 200, ""
    # 'bulk' is the key of nothing.
    if values.get("key", "1") != "1":
        return 404, endpoint
    return ANSWERS[endpoint][1][PEOPLE.index(person)], endpoint


def test_every_endpoint_is_written_down(app: Flask) -> None:
    """An endpoint that nobody listed is a hole, and one that is gone a line too many."""
    assert {rule.endpoint for rule in app.url_map.iter_rules()} == set(ANSWERS)
    for rule in app.url_map.iter_rules():
        own, _ = ANSWERS[rule.endpoint]
        assert (rule.methods or set()) - {"HEAD", "OPTIONS"} == {own}


@pytest.mark.parametrize("person", PEOPLE, ids=["nobody", "ann", "bob"])
def test_everybody_is_answered_as_declared(app: Flask, person: str) -> None:
    """Whoever is not allowed is refused: nothing is open because nobody thought of it."""
    client = app.test_client()
    addresses = sorted({find_address(rule) for rule in app.url_map.iter_rules()})
    wrong = []
    for method, path in product(METHODS, addresses):
        expected, endpoint = find_expected(app, path, method, person)
        answer = client.open(
            path,
            method=method,
            json=make_body(endpoint, method),
            headers=bearer(person) | ({} if method in ("GET", "HEAD") else {"If-Match": "*"}),
        )
        if answer.status_code != expected:
            wrong.append(f"{method} {path}: {answer.status_code} instead of {expected}")
        if answer.status_code >= 400:
            assert "ann's" not in answer.text
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE, ids=["nobody", "ann", "bob"])
def test_address_that_leads_nowhere_tells_nothing(app: Flask, person: str) -> None:
    """What is not there is the same for everybody."""
    client = app.test_client()
    for method in METHODS:
        answer = client.open("/api/secrets/1", method=method, headers=bearer(person))
        assert answer.status_code == 404


@pytest.mark.parametrize("method", ["delete", "Delete", "DELETE"])
def test_method_in_small_letters_is_the_same(app: Flask, method: str) -> None:
    """However a method is written, who may is asked alike."""
    answers = [
        app.test_client().get(
            "/api/notes/1",
            headers={"If-Match": "*"} | bearer(person),
            environ_overrides={"REQUEST_METHOD": method},
        )
        for person in PEOPLE
    ]
    assert [answer.status_code for answer in answers] == [401, 204, 403]
