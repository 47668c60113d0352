"""A browser's write that comes from a page of another site is refused where a cookie was used."""

from __future__ import annotations

from typing import Any

import pytest
from flask import request

from stack_rest.problem.catalogue import Forged

HERE, SHOP, EVIL = "http://localhost", "https://shop.example", "https://evil.example"


def check_token() -> None:
    if request.headers.get("X-Token") != "right":
        raise Forged("The token is missing.")


def serve(make: Any, *, token: bool = False, rate: str = "", credentials: bool = False) -> Any:
    interface = make(REST_RATE=rate, REST_CORS_ORIGINS=[SHOP], REST_CORS_CREDENTIALS=credentials)
    interface.state.add_scheme(
        "cookie", {}, used=lambda: "person" in request.cookies, cookie=True,
        check_token=check_token if token else None,
    )  # fmt: skip
    interface.state.add_scheme("header", {}, used=lambda: "X-Person" in request.headers)
    interface.add("notes", lambda: "{}", "POST")
    interface.add("notes.list", lambda: "{}", rule="/notes")
    client = interface.client()
    client.set_cookie("person", "ann")
    return client


@pytest.mark.parametrize(
    ("headers", "code"),
    [
        ({"Origin": HERE}, 200),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "same-origin", "Origin": HERE}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({}, 403),
        ({"Origin": EVIL}, 403),
        ({"Origin": SHOP}, 403),
        ({"Origin": "null"}, 403),
        ({"Origin": "https://localhost"}, 403),
        ({"Origin": "http://localhost:81"}, 403),
        ({"Origin": "http://["}, 403),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Origin": HERE}, 403),
        ({"Sec-Fetch-Site": "same-origin", "Origin": EVIL}, 403),
        ({"Sec-Fetch-Site": "nonsense"}, 403),
    ],
)
def test_write_says_where_it_comes_from(make: Any, headers: dict[str, str], code: int) -> None:
    """Without a token the browser's own word is needed, and nothing may speak against it."""
    assert serve(make).post("/api/notes", headers=headers).status_code == code


def test_token_does_not_excuse_the_origin(make: Any) -> None:
    """With a token a silent client passes; a page of another site does not, token or not."""
    client = serve(make, token=True)
    right = {"X-Token": "right"}
    codes = [
        client.post("/api/notes", headers=headers).status_code
        for headers in (right, {"Origin": HERE}, right | {"Origin": EVIL})
    ]
    assert codes == [200, 403, 403]


def test_reading_is_never_asked(make: Any) -> None:
    """What changes nothing needs no proof."""
    assert serve(make).get("/api/notes", headers={"Origin": EVIL}).status_code == 200


def test_other_schemes_are_never_asked(make: Any) -> None:
    """No browser sends them by itself."""
    client = serve(make)
    client.delete_cookie("person")
    headers = {"X-Person": "ann", "Origin": EVIL}
    assert client.post("/api/notes", headers=headers).status_code == 200


@pytest.mark.parametrize(("token", "code"), [("right", 200), ("", 403)])
def test_named_origin_with_credentials_passes(make: Any, token: str, code: int) -> None:
    """An origin that may send cookies passes, and still needs the token where there is one."""
    client = serve(make, token=True, credentials=True)
    headers = {"Origin": SHOP, "Sec-Fetch-Site": "cross-site", "X-Token": token}
    assert client.post("/api/notes", headers=headers).status_code == code
    assert client.post("/api/notes", headers=headers | {"Origin": EVIL}).status_code == 403


def test_refused_write_counts_for_nobody(make: Any) -> None:
    """A page of another site cannot use up what its victim may call."""
    client = serve(make, rate="1/minute")
    codes = [
        client.post("/api/notes", headers={"Origin": origin}).status_code
        for origin in (EVIL, EVIL, HERE, HERE)
    ]
    assert codes == [403, 403, 200, 429]
