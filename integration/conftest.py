"""Applications that a ``Stack`` composes, for the tests that need more than one package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup

from stack import Stack

KEY = "a-key-that-is-good-enough-1234567890"
Compose = Callable[..., Flask]
RunFlask = Callable[..., Result]


@pytest.fixture
def compose(tmp_path: Path) -> Iterator[Compose]:
    """Make applications with a database, all in one folder, as in production."""
    made: list[Flask] = []

    def make(**config: Any) -> Flask:
        app = Flask("composed", instance_path=str(tmp_path / "instance"), root_path=str(tmp_path))
        app.config.from_mapping({"SECRET_KEY": KEY, **config})
        Stack("db").init_app(app)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            for engine in app.extensions["sqlalchemy"].engines.values():
                engine.dispose()


@pytest.fixture
def run_flask() -> RunFlask:
    """Run the ``flask`` command with all entry points on an application, or on a broken one."""

    def run(app: Flask | None, *arguments: str) -> Result:
        def load() -> Flask:
            if app is None:
                raise RuntimeError("This application cannot start.")
            return app

        return CliRunner().invoke(FlaskGroup(create_app=load, set_debug_flag=False), arguments)

    return run
