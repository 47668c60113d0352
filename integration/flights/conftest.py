"""The demo's application with some of the real flights, in this process."""

from __future__ import annotations

import importlib
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from demo import application
from demo.archive import fetch
from demo.workshop import Workshop

SAMPLE = 3_000
Done = subprocess.CompletedProcess[str]
Run = Callable[..., Done]
Create = Callable[[str], Flask]


@pytest.fixture(scope="session")
def archive() -> Path:
    """The archive as it was released, from the cache in the checkout or from the index."""
    return fetch()


@pytest.fixture(scope="session")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    """The application, migrated, without any flights."""
    workshop = Workshop(tmp_path_factory.mktemp("demo"), Path(sys.prefix))
    application.generate(workshop)
    application.migrate(workshop)
    return workshop


def copy(workshop: Workshop, file: Path) -> Path:
    """Copy the migrated and empty database."""
    source = sqlite3.connect(workshop.application / "instance" / "app.db")
    target = sqlite3.connect(file)
    source.backup(target)
    source.close()
    target.close()
    return file


def flask(workshop: Workshop, database: Path | str, *arguments: str | Path) -> Done:
    """Run ``flask`` on a database, as a person would.

    :param database: A file of SQLite, or an address.
    """
    address = f"sqlite:///{database}" if isinstance(database, Path) else database
    return subprocess.run(
        [workshop.program("flask"), *map(str, arguments)],
        cwd=workshop.application,
        env=workshop.environment() | {"FLASK_SQLALCHEMY_DATABASE_URI": address},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


@pytest.fixture
def empty(workshop: Workshop, tmp_path: Path) -> Path:
    """A database of this test alone: migrated, without any flights."""
    return copy(workshop, tmp_path / "flights.db")


@pytest.fixture
def run(workshop: Workshop) -> Run:
    """Run ``flask`` on a database."""
    return partial(flask, workshop)


@pytest.fixture(scope="session")
def loaded(workshop: Workshop, archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with flights from all over the year; tests only read it."""
    database = copy(workshop, tmp_path_factory.mktemp("loaded") / "flights.db")
    done = flask(
        workshop, database, "flights", "load", "--archive", archive, "--limit", str(SAMPLE)
    )
    assert done.returncode == 0, done.stderr
    return database


@pytest.fixture(scope="session")
def create(workshop: Workshop) -> Iterator[Create]:
    """Make the application in this process, on a database."""
    made: list[Flask] = []

    def create(address: str) -> Flask:
        config = {"TESTING": True, "SQLALCHEMY_DATABASE_URI": address}
        made.append(importlib.import_module("tower").create_app(config))
        return made[-1]

    sys.path.insert(0, str(workshop.application))
    yield create
    sys.path.remove(str(workshop.application))
    for app in made:
        with app.app_context():
            app.extensions["sqlalchemy"].engine.dispose()


@pytest.fixture(scope="session")
def app(create: Create, loaded: Path) -> Flask:
    """The application on the loaded database."""
    return create(f"sqlite:///{loaded}")


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A client of the application."""
    return app.test_client()


@pytest.fixture
def read(loaded: Path) -> Iterator[sqlite3.Cursor]:
    """Plain SQL on the loaded database, to hold the application against."""
    connection = sqlite3.connect(loaded)
    yield connection.cursor()
    connection.close()
