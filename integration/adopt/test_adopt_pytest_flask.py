"""stack-testing beside pytest-flask, the other plugin with an ``app`` and a ``client``."""

from __future__ import annotations

from pathlib import Path

import pytest

APP = """
from flask import Flask, g, session

def create_app():
    app = Flask(__name__)
    app.secret_key = "only for tests"
    rules = {
        "login": lambda: session.setdefault("user", "ann"),
        "who": lambda: g.setdefault("user", session.get("user", "nobody")),
        "json": lambda: {"one": 1},
    }
    for name, view in rules.items():
        app.add_url_rule(f"/{name}", name, view)
    return app
"""
TESTS = """
import pytest
from flask import request, url_for

def test_their_context_is_pushed(app, client):
    assert url_for("static", filename="x") == "/static/x"
    assert client.get("/json").json == {"one": 1}

def test_second_client_is_anonymous(app, client):
    client.get("/login")
    assert client.get("/who").text == "ann"
    assert app.test_client().get("/who").text == "nobody"

@pytest.mark.options(answer=42)
def test_their_options(app):
    assert app.config["ANSWER"] == 42

def test_options_are_undone(app):
    assert "ANSWER" not in app.config
    assert app.testing
"""


@pytest.mark.slow
@pytest.mark.parametrize("order", ["-p flask", "-p stack"])
def test_both_plugins_work_in_any_order(
    tmp_path: Path, run_python, plugin_wheel: Path, order: str
) -> None:
    """Whichever is loaded first, its context is there and a second client is anonymous."""
    (tmp_path / "shop.py").write_text(APP)
    (tmp_path / "test_shop.py").write_text(TESTS)
    ini = "[pytest]\nstack_app = shop:create_app\naddopts = -p no:cacheprovider\n"
    (tmp_path / "pytest.ini").write_text(ini)
    said = run_python(tmp_path, "pytest", *order.split(), path=str(plugin_wheel))
    assert "plugins: " in said
    assert "flask-1.3.0" in said
    assert "4 passed in" in said.splitlines()[-1]
