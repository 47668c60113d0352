"""Changing the secret key of a composed application from its environment."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask, session

OLDER = "a-key-that-was-good-once-987654321"
OLD = "a-key-that-was-good-enough-0123456789"
NEW = "another-key-that-is-good-enough-0987654321"
FALLBACKS = [(OLD, "2"), (f"{OLDER}, {OLD}", "2"), ("", "1")]


def count() -> str:
    session["visits"] = session.get("visits", 0) + 1
    return str(session["visits"])


@pytest.mark.parametrize(
    ("fallbacks", "visits"), [(OLD, "2"), (f"{OLDER}, {OLD}", "2"), ("", "1")]
)
def test_composed_application_rotates_its_key(
    compose: Callable[..., Flask], fallbacks: str, visits: str
) -> None:
    """A session lives on while its key is a fallback, given as text, and ends without."""
    before = compose(SECRET_KEY=OLD)
    after = compose(SECRET_KEY=NEW, SECRET_KEY_FALLBACKS=fallbacks)
    for app in (before, after):
        app.add_url_rule("/", view_func=count)
    client = before.test_client()
    client.get("/")
    cookie = client.get_cookie("session")
    assert cookie
    later = after.test_client()
    later.set_cookie("session", cookie.value)
    assert later.get("/").text == visits
