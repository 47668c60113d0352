"""REST among the words of a ``Stack``."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from stack import Stack


def answer() -> int:
    """Say what was asked for."""
    return 42


@pytest.mark.parametrize("names", [["rest"], ["rest", "db"]], ids=",".join)
def test_stack_composes_rest_by_name(tmp_path: Path, names: list[str]) -> None:
    """With or without a database the interface is there, with nothing in it yet."""
    app = Flask("named", root_path=str(tmp_path), instance_path=str(tmp_path))
    app.config.update(TESTING=True, SQLALCHEMY_DATABASE_URI="sqlite://")
    stack = Stack(*names)
    stack.rest.get("/answer", public=True)(answer)
    stack.init_app(app)
    client = app.test_client()
    assert client.get("/api/answer").json == 42
    assert set((client.get("/api/openapi.json").json or {})["paths"]) == {"/api/answer"}
    assert set(client.get("/readyz").json or ()) == {"status", *names}
