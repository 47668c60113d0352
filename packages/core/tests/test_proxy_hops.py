"""How many proxies are believed."""

from __future__ import annotations

import pytest
from flask import Flask, request

from stack_core import Extension, NoSettings


class Nothing(Extension[NoSettings, None]):
    name = "nothing"


FORWARDED = {
    "X-Forwarded-For": "6.6.6.6, 10.0.0.2, 10.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Forwarded-Host": "shop.example",
}


@pytest.mark.parametrize(
    ("hops", "seen"),
    [
        (0, "http 127.0.0.1 localhost"),
        (1, "https 10.0.0.1 shop.example"),
        (2, "http 10.0.0.2 localhost"),
    ],
)
def test_exactly_so_many_hops_are_believed(app: Flask, hops: int, seen: str) -> None:
    """The address comes from the declared hop, never from what the client wrote itself."""
    app.config["STACK_PROXY_HOPS"] = hops
    app.add_url_rule("/", "me", lambda: f"{request.scheme} {request.remote_addr} {request.host}")
    Nothing().init_app(app)
    assert app.test_client().get("/", headers=FORWARDED).text == seen
