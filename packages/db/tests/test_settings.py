"""Flask-SQLAlchemy's own settings, as text from the environment too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy.record_queries import get_recorded_queries
from flask_sqlalchemy.track_modifications import models_committed

from stack_core import SettingsError
from stack_db import Database

Start = Callable[..., tuple[Flask, Database]]


@pytest.mark.parametrize(("value", "echo"), [("no", False), ("yes", True), ("debug", "debug")])
def test_echo_is_understood(start: Start, value: str, echo: Any) -> None:
    """'no' is no; Flask-SQLAlchemy alone would take any text for yes."""
    app, _ = start(SQLALCHEMY_ECHO=value)
    assert Database.of(app).engines(app)[None].echo == echo


@pytest.mark.parametrize(("value", "count"), [("off", 0), ("on", 1), (None, 0)])
def test_record_queries_is_understood(start: Start, value: str | None, count: int) -> None:
    """Statements are recorded when it is on."""
    app, db = start(SQLALCHEMY_RECORD_QUERIES=value)
    with app.app_context():
        db.session.execute(sa.text("SELECT 1"))
        assert len(get_recorded_queries()) == count


@pytest.mark.parametrize(("value", "count"), [("0", 0), ("1", 1)])
def test_track_modifications_is_understood(start: Start, value: str, count: int) -> None:
    """Signals are sent when it is on."""
    app, db = start(SQLALCHEMY_TRACK_MODIFICATIONS=value)

    class Book(db.Model):
        id = db.Column(db.Integer, primary_key=True)

    seen: list[Any] = []
    with app.app_context(), models_committed.connected_to(lambda *a, **k: seen.append(k), app):
        db.create_all()
        db.session.add(Book())
        db.session.commit()
    assert len(seen) == count


def test_objects_in_settings_are_kept(start: Start) -> None:
    """An address that is an object, and options that are no text, arrive as they are."""
    url = sa.engine.make_url("sqlite:///object.db")
    app, _ = start(SQLALCHEMY_DATABASE_URI=url, SQLALCHEMY_BINDS={"a": {"url": url}})
    made = Database.of(app).engines(app)
    assert {engine.url.database.rpartition("/")[2] for engine in made.values()} == {"object.db"}
    assert app.config["SQLALCHEMY_DATABASE_URI"] is url


def test_misspelt_setting_is_refused(start: Start) -> None:
    """The error names the key that was meant."""
    with pytest.raises(SettingsError, match="Did you mean 'DB_POOL_SIZE'"):
        start(DB_POOLSIZE=3)


def test_strangers_keys_are_left_alone(start: Start) -> None:
    """An existing application's keys that begin alike are no error."""
    start(DB_HOST="localhost", DB_USER="me", DB_NAME="shop", DB_PASSWORD="secret")
