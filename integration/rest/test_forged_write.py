"""A write by cookie is made only from a page of the application, and with its token."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from .conftest import bearer, sign_in

HERE, EVIL = "http://localhost", "https://evil.example"
BODY = b'{"owner": "ann", "title": "new"}'
JSON, FORM = "application/json", "application/x-www-form-urlencoded"


def count(app: Flask) -> int:
    answer = app.test_client().get("/api/notes", headers=bearer("ann"))
    return len(answer.get_json()["items"])


def post(client: Any, headers: dict[str, str], media_type: str = JSON) -> int:
    return int(
        client.post("/api/notes", data=BODY, content_type=media_type, headers=headers).status_code
    )


@pytest.mark.parametrize(
    ("headers", "token", "code"),
    [
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, True, 201),
        ({"Origin": HERE}, True, 201),
        ({"Sec-Fetch-Site": "same-origin"}, True, 201),
        ({}, True, 201),
        ({}, False, 403),
        ({"Origin": HERE}, False, 403),
        ({"Origin": HERE, "Sec-Fetch-Site": "same-origin"}, False, 403),
        ({"Origin": EVIL}, False, 403),
        ({"Origin": EVIL}, True, 403),
        ({"Origin": "null"}, True, 403),
        ({"Origin": "https://localhost"}, True, 403),
        ({"Sec-Fetch-Site": "cross-site"}, True, 403),
        ({"Sec-Fetch-Site": "same-site"}, True, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, True, 403),
    ],
)
def test_write_by_cookie(app: Flask, headers: dict[str, str], token: bool, code: int) -> None:
    """The browser's own word about where it comes from counts, and the token beside it."""
    client, right = sign_in(app, "ann")
    assert post(client, headers | (right if token else {})) == code
    assert count(app) == (2 if code == 201 else 1)


@pytest.mark.parametrize("media_type", ["text/plain", FORM, "multipart/form-data; boundary=x"])
@pytest.mark.parametrize(
    ("headers", "token", "code"),
    [
        ({}, False, 403),
        ({"Origin": EVIL}, False, 403),
        ({"Sec-Fetch-Site": "cross-site"}, False, 403),
        ({"Origin": HERE}, True, 415),
    ],
)
def test_what_a_form_can_send(
    app: Flask, media_type: str, headers: dict[str, str], token: bool, code: int
) -> None:
    """What needs no question beforehand is refused, and from our own page too is no JSON."""
    client, right = sign_in(app, "ann")
    assert post(client, headers | (right if token else {}), media_type) == code
    assert count(app) == 1


@pytest.mark.parametrize(
    "headers", [{}, {"Origin": EVIL}, {"Sec-Fetch-Site": "cross-site", "Origin": EVIL}]
)
def test_bearer_needs_no_proof(app: Flask, headers: dict[str, str]) -> None:
    """No browser sends such a token by itself, so where it comes from does not matter."""
    assert post(app.test_client(), headers | bearer("ann")) == 201


def test_bearer_goes_before_the_cookie(app: Flask) -> None:
    """Of both, the token decides who it is; a cookie beside it adds nothing."""
    client, _ = sign_in(app, "ann")
    assert post(client, {"Origin": EVIL} | bearer("ann")) == 201
    assert post(client, bearer("bob")) == 403
    assert client.get("/api/me", headers=bearer("bob")).get_json() == {"text": "Bob"}


@pytest.mark.parametrize("shown", ["Bearer wrong", "Bearer", "Basic YTpi", ""])
def test_wrong_bearer_is_not_saved_by_the_cookie(app: Flask, shown: str) -> None:
    """Whoever shows a wrong token is nobody, though a cookie says otherwise."""
    client, right = sign_in(app, "ann")
    assert post(client, right | {"Authorization": shown}) == 401
    assert count(app) == 1


def test_token_is_of_one_session(app: Flask) -> None:
    """Somebody else's token, an older one and a changed one are none."""
    _, of_bob = sign_in(app, "bob")
    _, older = sign_in(app, "ann")
    client, right = sign_in(app, "ann")
    token = right["X-CSRF-Token"]
    for wrong in (of_bob, older, {"X-CSRF-Token": token[:-1] + "!"}, {"X-CSRF-Token": ""}):
        assert post(client, wrong) == 403
    assert post(client, right) == 201


def test_unknown_media_type_of_a_scheme_asks_nobody(app: Flask) -> None:
    """Nobody at all is told to say who they are, wherever they come from."""
    assert post(app.test_client(), {"Origin": EVIL}) == 401


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_every_writing_method_is_asked(app: Flask, method: str) -> None:
    """Not creates alone: replacing, changing and deleting are writes."""
    client, right = sign_in(app, "ann")
    send = getattr(client, method)
    more = {"If-Match": "*"}
    body = {"owner": "ann", "title": "new", "remark": None, "folder": None}
    assert send("/api/notes/1", json=body, headers=more).status_code == 403
    evil = more | right | {"Origin": EVIL}
    assert send("/api/notes/1", json=body, headers=evil).status_code == 403
    assert send("/api/notes/1", json=body, headers=more | right).status_code in (200, 204)


@pytest.mark.parametrize(
    ("origins", "credentials", "code"),
    [
        ([EVIL], False, 403),
        (["https://shop.example"], True, 403),
        ([EVIL], True, 201),
    ],
)
def test_only_a_named_origin_may_send_cookies(
    start: Any, origins: list[str], credentials: bool, code: int
) -> None:
    """Another origin writes by cookie only where the settings name it and say so."""
    app = start(REST_CORS_ORIGINS=origins, REST_CORS_CREDENTIALS=credentials)
    client, right = sign_in(app, "ann")
    headers = {"Origin": EVIL, "Sec-Fetch-Site": "cross-site"}
    assert post(client, headers) == 403
    assert post(client, headers | right) == code


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_method_is_what_the_request_says(app: Flask, name: str) -> None:
    """No header or field turns a read into a write."""
    client, _ = sign_in(app, "ann")
    assert client.get("/api/notes/1?_method=DELETE", headers={name: "DELETE"}).status_code == 400
    assert client.get("/api/notes/1", headers={name: "DELETE"}).status_code == 200
    assert count(app) == 1
