"""The readiness probe asks the databases, and does not wait for ever."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from stack_core import Registry, install
from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]


def probe(app: Flask) -> None:
    """Ask as /readyz does."""
    Registry.of(app)["db"].extension.probe(app)


def test_answering_database_is_ready(start: Start) -> None:
    """Files and databases in memory that answer raise nothing."""
    app, _ = start(SQLALCHEMY_BINDS={"a": "sqlite://"})
    probe(app)
    probe(app)


@pytest.mark.parametrize("broken", ["default", "bind"])
def test_broken_database_is_not_ready(start: Start, tmp_path: Path, broken: str) -> None:
    """Every bind is asked; a file that is none is found out."""
    bad = tmp_path / "bad.db"
    bad.write_bytes(b"this is no database at all" * 100)
    if broken == "default":
        app, _ = start(SQLALCHEMY_DATABASE_URI=f"sqlite:///{bad}")
    else:
        app, _ = start(SQLALCHEMY_BINDS={"a": f"sqlite:///{bad}"})
    with pytest.raises(Exception, match="not a database"):
        probe(app)


def test_silent_database_is_given_up(start: Start) -> None:
    """No answer within DB_PROBE_TIMEOUT is an error, and nobody else is sent to wait."""
    app, _ = start(DB_PROBE_TIMEOUT="0.2", SQLALCHEMY_ENGINE_OPTIONS={"poolclass": NullPool})
    release, entered = Event(), []

    def hang(*arguments: Any) -> None:
        entered.append(1)
        release.wait(10)

    engine = Database.of(app).engines(app)[None]
    event.listen(engine, "do_connect", hang)
    began = time.monotonic()
    try:
        with pytest.raises(TimeoutError, match=r"within 0\.2 seconds"):
            probe(app)
        with pytest.raises(TimeoutError, match="former probe"):
            probe(app)
        assert time.monotonic() - began < 2
        assert len(entered) == 1
    finally:
        release.set()
    Database.of(app).probe._asking.join()
    probe(app)


def test_readyz_is_503_without_database(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    """A Stack's /readyz says that the database is not there."""
    app = make_app(
        SECRET_KEY="0123456789abcdef-test",
        SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/missing/x.db",
    )
    install(app, [Database()])
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, answer.json["db"]) == (503, "failed")
    with pytest.raises(OperationalError):
        probe(app)
