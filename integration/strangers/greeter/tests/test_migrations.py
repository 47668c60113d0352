"""The revisions that the package ships."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import inspect

from application import create_app


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """An application with an empty database and a folder for its own revisions."""
    monkeypatch.chdir(tmp_path)
    return create_app(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path / 'app.db'}")


def flask(app: Flask, *words: str) -> str:
    """Run ``flask db …`` and return what it prints."""
    done = app.test_cli_runner().invoke(args=["db", *words])
    assert done.exit_code == 0, done.output
    return done.output


def find_tables(app: Flask) -> set[str]:
    """Return the names of the tables that are there."""
    with app.app_context():
        return set(inspect(app.extensions["sqlalchemy"].engine).get_table_names())


def test_revisions_go_both_ways(app: Flask) -> None:
    """They make what the model says, and take it back without a trace."""
    flask(app, "init")
    flask(app, "upgrade")
    assert "greeter_entry" in find_tables(app)
    flask(app, "check")
    flask(app, "downgrade", "greeter@base")
    assert "greeter_entry" not in find_tables(app)
