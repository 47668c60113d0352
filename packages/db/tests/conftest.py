"""Applications with a database each, whose connections are closed after the test."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup
from sqlalchemy.engine import URL

from databases import new_database, show
from services import DATABASES
from stack_db import Database

FILE = "sqlite:///test.db"
SERVERS = [pytest.param(name, marks=pytest.mark.services) for name in DATABASES]


@pytest.fixture
def make_app(tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """Make applications with a SQLite file and the given configuration."""
    made: list[Flask] = []

    def make(**config: Any) -> Flask:
        app = Flask(
            f"db_under_test_{len(made)}",
            instance_path=str(tmp_path / "instance"),
            root_path=str(tmp_path),
        )
        app.config.update({"SQLALCHEMY_DATABASE_URI": FILE} | config)
        made.append(app)
        return app

    yield make
    for app in made:
        engines = getattr(app.extensions.get("sqlalchemy"), "_app_engines", {})
        for engine in engines.get(app, {}).values():
            engine.dispose()


@pytest.fixture
def app(make_app: Callable[..., Flask]) -> Flask:
    """An application without a database yet, with an address for one."""
    return make_app()


@pytest.fixture
def start(make_app: Callable[..., Flask]) -> Callable[..., tuple[Flask, Database]]:
    """Make an application with a database on it."""

    def make(**config: Any) -> tuple[Flask, Database]:
        app = make_app(**config)
        return app, Database(app)

    return make


@pytest.fixture
def run_flask() -> Callable[..., Result]:
    """Run the real ``flask`` command, with all entry points, on an application."""

    def run(app: Flask | None, *args: str) -> Result:
        make = (lambda: app) if app is not None else None
        return CliRunner().invoke(FlaskGroup(create_app=make, set_debug_flag=False), args)

    return run


@pytest.fixture
def undisturbed_logging() -> Iterator[None]:
    """Flask-Migrate's ``env.py`` sets up logging, and disables every logger that there is."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for logger in logging.Logger.manager.loggerDict.values():
        if isinstance(logger, logging.Logger):
            logger.disabled = False


@pytest.fixture(params=DATABASES)
def server(request: pytest.FixtureRequest) -> Iterator[URL]:
    """An empty database of its own on each server."""
    with new_database(request.param) as url:
        yield url


@pytest.fixture(params=["SQLite", *SERVERS])
def address_of_database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of an empty database of the test's own, of each sort."""
    if request.param == "SQLite":
        yield FILE
        return
    with new_database(request.param) as url:
        yield show(url)
