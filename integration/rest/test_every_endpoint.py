"""Everybody at every endpoint by every method: the answer is the one that is written down."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
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
    "stack_rest.folder_list": ("GET", (401, 200, 200)),
    "stack_rest.folder_create": ("POST", (401, 201, 403)),
    "stack_rest.folder_get": ("GET", (401, 200, 404)),
    "stack_rest.folder_replace": ("PUT", (401, 200, 403)),
    "stack_rest.folder_patch": ("PATCH", (401, 200, 403)),
    "stack_rest.folder_delete": ("DELETE", (401, 204, 403)),
    "stack_rest.me": ("GET", (401, 200, 200)),
    "stack_rest.news": ("GET", (200, 200, 200)),
    "stack_rest.ping": ("POST", (401, 200, 200)),
    "stack_rest.report": ("GET", (401, 403, 200)),
}
VALUES = {"key": "1", "filename": "nothing.css"}


def make_body(kind: str, method: str) -> dict[str, Any] | None:
    """Return what is sent: names differ, for they must be unique."""
    if method not in ("POST", "PUT", "PATCH"):
        return None
    if kind == "note":
        return {"owner": "ann", "title": method, "remark": None, "folder": None}
    return {"owner": "ann", "name": method} if kind == "folder" else {}


def find_rules(app: Flask) -> dict[str, list[Rule]]:
    """Return the rules of an application by address."""
    found: dict[str, list[Rule]] = {}
    for rule in app.url_map.iter_rules():
        found.setdefault(rule.rule, []).append(rule)
    return found


def find_expected(rules: list[Rule], method: str, person: str) -> tuple[int, str]:
    """Return what is written down of an address, and the endpoint that it is written at."""
    if method == "OPTIONS":
        return 200, ""
    for rule in rules:
        own, codes = ANSWERS[rule.endpoint]
        if method == own or (method == "HEAD" and own == "GET"):
            return codes[PEOPLE.index(person)], rule.endpoint
    return 405, ""


def walk(app: Flask) -> Iterator[tuple[str, str, list[Rule]]]:
    """Yield every method at every address; those that delete come last."""
    for method in METHODS:
        for address, rules in find_rules(app).items():
            yield method, address, rules


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
    wrong = []
    for method, address, rules in walk(app):
        expected, endpoint = find_expected(rules, method, person)
        kind = endpoint.partition(".")[2].partition("_")[0]
        path = address
        for name, value in VALUES.items():
            path = path.replace(f"<{name}>", value).replace(f"<path:{name}>", value)
        answer = client.open(
            path,
            method=method,
            json=make_body(kind, method),
            headers={"If-Match": "*"} | bearer(person),
        )
        if answer.status_code != expected:
            wrong.append(f"{method} {path}: {answer.status_code} instead of {expected}")
        if method == "HEAD" or answer.status_code in (401, 403, 404, 405):
            assert "remark" not in answer.text
    assert wrong == []


@pytest.mark.parametrize("person", PEOPLE, ids=["nobody", "ann", "bob"])
def test_address_that_leads_nowhere_tells_nothing(app: Flask, person: str) -> None:
    """What is not there is the same for everybody."""
    client = app.test_client()
    for method in METHODS:
        answer = client.open("/api/secrets/1", method=method, headers=bearer(person))
        assert answer.status_code == 404
