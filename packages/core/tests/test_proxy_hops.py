"""How many proxies are believed."""

from __future__ import annotations

import pytest
from flask import Flask, redirect, request, url_for

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


def test_prefix_is_believed_only_where_proxies_set_it() -> None:
    """A client must not be able to write another host into every link."""
    for declared, expected in ((False, "/go"), (True, "//evil.example/go")):
        app = Flask("proxied")
        app.config.update(STACK_PROXY_HOPS=1, STACK_PROXY_PREFIX=declared)
        app.add_url_rule("/go", "go", lambda: redirect(url_for("go")))
        Nothing().init_app(app)
        headers = FORWARDED | {"X-Forwarded-Prefix": "//evil.example"}
        assert app.test_client().get("/go", headers=headers).location == expected


def test_hops_are_each_applications_own() -> None:
    """What one application believes says nothing about another one in the process."""
    near, far = Flask("near"), Flask("far")
    near.config["STACK_PROXY_HOPS"] = 1
    for app in (near, far):
        app.add_url_rule("/", "me", lambda: str(request.remote_addr))
        Nothing().init_app(app)
    seen = [app.test_client().get("/", headers=FORWARDED).text for app in (near, far)]
    assert seen == ["10.0.0.1", "127.0.0.1"]
