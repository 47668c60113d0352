"""/healthz and /readyz."""

from __future__ import annotations

import pytest
from flask import Flask

from stack_core import Extension, NoSettings, install


class Store(Extension[NoSettings, None]):
    name = "store"

    def probe(self, app: Flask) -> None:
        if app.config.get("DOWN"):
            raise ConnectionError("pg://me:hunter2@host/shop version 15 refused")


def serve(app: Flask, **config: object) -> Flask:
    app.config.update(SECRET_KEY="0123456789abcdef0123", **config)
    install(app, [Store()])
    return app


def test_healthz_lives_while_a_probe_fails(app: Flask) -> None:
    """Alive does not mean ready."""
    answer = serve(app, DOWN=True).test_client().get("/healthz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok"})
    assert answer.headers["Cache-Control"] == "no-store"


def test_readyz_says_one_word_for_each(app: Flask) -> None:
    """All probes pass: 200."""
    answer = serve(app).test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "store": "ok"})


def test_readyz_fails_without_a_reason(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A failing probe is 503 and one word; no error text, in the log neither."""
    answer = serve(app, DOWN=True).test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (503, {"status": "unready", "store": "failed"})
    assert "hunter2" not in answer.text + caplog.text
    assert "store is not ready: ConnectionError" in caplog.text


def test_paths_can_be_changed(app: Flask) -> None:
    """The settings move the endpoints."""
    client = serve(app, STACK_HEALTHZ_PATH="/alive", STACK_READYZ_PATH="/up").test_client()
    assert client.get("/alive").status_code == client.get("/up").status_code == 200
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 404


def test_paths_can_be_left_out(app: Flask) -> None:
    """An empty path is no endpoint."""
    client = serve(app, STACK_HEALTHZ_PATH="", STACK_READYZ_PATH="").test_client()
    assert client.get("/healthz").status_code == client.get("/readyz").status_code == 404


@pytest.mark.parametrize("key", ["STACK_HEALTHZ_PATH", "STACK_READYZ_PATH"])
def test_path_without_slash_is_refused(app: Flask, key: str) -> None:
    """A path starts with a slash; the error names the key."""
    with pytest.raises(ValueError, match=key):
        serve(app, **{key: "alive"})
