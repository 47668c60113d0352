"""The pages."""

from __future__ import annotations

from flask import Flask
from flask.testing import FlaskClient
from flask_sqlalchemy import SQLAlchemy

from greeter import Greeter

from application import create_app


def test_page_says_the_text() -> None:
    """The text and the path are those of the settings."""
    app = create_app(
        GREETER_TEXT="Good morning!",
        GREETER_PREFIX="/words",
    )
    with app.app_context():
        app.extensions["sqlalchemy"].create_all()
    answer = app.test_client().get("/words/")
    assert answer.get_json()["text"] == "Good morning!"


def test_page_shows_entries(app: Flask, client: FlaskClient, database: SQLAlchemy) -> None:
    """Everybody may read them, the newest first."""
    for text in ("first", "second"):
        with app.app_context():
            Greeter.of(app).entries.add(text)
    answer = client.get("/greeter/")
    assert answer.get_json()["entries"] == ["second", "first"]
