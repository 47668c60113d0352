"""Whoever provides access knows core alone, and meets REST through it."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

from doorkeeper import Doorkeeper
from flask import Flask

from imports import imported
from stack_core import Registry
from stack_rest import Rest

from .notebook import KEY

FOLDER = Path(__file__).parents[1] / "strangers" / "doorkeeper"
ALLOWED = {"flask", "itsdangerous", "stack_core"}


def test_stranger_imports_core_alone() -> None:
    """No line of it imports REST or another package of ours, and it asks for none."""
    files = list((FOLDER / "src").rglob("*.py"))
    found = {name for file in files for name in imported(file)} - sys.stdlib_module_names
    assert found <= ALLOWED
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text("utf-8"))["project"]
    words = {each.partition(">")[0].replace("-", "_") for each in project["dependencies"]}
    assert words == ALLOWED


def test_schemes_arrive_whoever_comes_first() -> None:
    """REST knows both schemes whether it was on the application before or after."""
    for parts in ([Rest(), Doorkeeper()], [Doorkeeper(), Rest()]):
        app = Flask("empty")
        app.secret_key = KEY
        for part in parts:
            part.init_app(app)
        schemes = Rest.of(app).schemes
        assert [(each.name, each.cookie) for each in schemes] == [
            ("bearer", False),
            ("session", True),
        ]


def test_stranger_needs_no_interface() -> None:
    """It is as well alone on an application."""
    app = Flask("empty")
    app.secret_key = KEY
    Doorkeeper().init_app(app)
    assert "doorkeeper" in Registry.of(app)
    assert app.test_client().get("/door/token").status_code == 401
