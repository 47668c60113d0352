"""Composed applications and databases of their own, for tests that need several packages."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy import create_engine, make_url, text

from databases import close_engines
from services import DATABASES, find_url
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
        close_engines(app)


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


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of this test's own on each server."""
    server = make_url(find_url(request.param))
    name = f"integration_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
    finally:
        engine.dispose()
