"""The notebook under test, and clients of its people."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from doorkeeper import Person
from flask import Flask
from flask.testing import FlaskClient

from databases import close_engines

from .notebook import TOKENS, fill, make_app

Headers = dict[str, str]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make notebooks in memory, or all in one folder; connections are closed after the test."""
    made: list[Flask] = []

    def make(*people: Person, **config: Any) -> Flask:
        config.setdefault("SQLALCHEMY_DATABASE_URI", "sqlite://")
        app = make_app(str(tmp_path), *people, **config)
        made.append(app)
        fill(app)
        return app

    yield make
    for app in made:
        close_engines(app)


@pytest.fixture
def app(start: Callable[..., Flask]) -> Flask:
    """The notebook of Ann and Bob."""
    return start()


def bearer(name: str) -> Headers:
    """Return the header of a person, or of nobody."""
    return {"Authorization": f"Bearer {TOKENS[name]}"} if name else {}


def sign_in(app: Flask, name: str) -> tuple[FlaskClient, Headers]:
    """Return a client with a person's session, and the header with its token."""
    client = app.test_client()
    answer = client.post("/door/in", json={"token": TOKENS[name]})
    return client, {"X-CSRF-Token": answer.get_json()["X-CSRF-Token"]}
