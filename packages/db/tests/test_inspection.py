"""What ``flask stack check`` says about the database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from stack_core import Registry, install
from stack_db import Database, inspection

Start = Callable[..., tuple[Flask, Database]]
GRAVE = {"error", "warning"}


@pytest.fixture(autouse=True)
def temporary_folder_elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Tests' own files are temporary, which is not what most of them are about."""
    monkeypatch.setattr(inspection.tempfile, "tempdir", str(tmp_path / "elsewhere"))


def find(app: Flask) -> dict[str, Any]:
    """Return the findings of the database by id."""
    return {finding.id: finding for finding in Registry.of(app)["db"].extension.checks(app)}


def test_fresh_application_has_a_note_only(start: Start) -> None:
    """A SQLite file with our defaults is said in a note for production, nothing else."""
    app, db = start()
    with app.app_context():
        db.create_all()
    assert {f.id: (f.severity, f.deploy) for f in find(app).values()} == {
        "db.embedded": ("info", True)
    }


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        ({"SQLALCHEMY_ECHO": True}, "db.echo"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"echo": True}}, "db.echo"),
        ({"SQLALCHEMY_RECORD_QUERIES": True}, "db.record-queries"),
        ({"SQLALCHEMY_TRACK_MODIFICATIONS": True}, "db.track-modifications"),
        ({"DB_HIDE_VALUES": False}, "db.values-shown"),
        ({"SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": False}}, "db.values-shown"),
        ({"SQLALCHEMY_DATABASE_URI": "sqlite://"}, "db.memory"),
        ({"SQLALCHEMY_BINDS": {"log": "sqlite://"}}, "db.memory"),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql://me@far/d"}, "db.no-password"),
        ({"SQLALCHEMY_DATABASE_URI": "postgresql://postgres:x@localhost/d"}, "db.administrator"),
        ({"SQLALCHEMY_DATABASE_URI": "mariadb://root@localhost/d"}, "db.administrator"),
    ],
)
def test_production_should_not_have(start: Start, config: dict[str, Any], expected: str) -> None:
    """Each is found for production only."""
    app, _ = start(**config)
    assert find(app)[expected].deploy
    assert expected not in find(start()[0])


def test_sound_server_has_no_finding(start: Start) -> None:
    """A user of its own with a password on another host is as it should be."""
    app, _ = start(SQLALCHEMY_DATABASE_URI="postgresql://shop:secret@far/shop")
    assert not find(app)


def test_file_in_the_temporary_folder(
    start: Start, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A file that the system may remove is an error in production."""
    monkeypatch.setattr(inspection.tempfile, "tempdir", str(tmp_path))
    found = find(start()[0])["db.temporary"]
    assert (found.severity, found.deploy) == ("error", True)


def test_file_in_a_missing_folder(start: Start, tmp_path: Path) -> None:
    """The folder of an absolute path is not made, so that a misspelt one is found."""
    app, _ = start(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/mispelt/x.db")
    found = find(app)["db.folder-missing"]
    assert (found.severity, found.deploy) == ("error", False)
    assert "mispelt" in found.message


def test_file_that_is_no_database(start: Start, tmp_path: Path) -> None:
    """A file of another kind is said instead of raised."""
    (tmp_path / "x.db").write_text("something else entirely", "utf-8")
    app, _ = start(SQLALCHEMY_DATABASE_URI=f"sqlite:///{tmp_path}/x.db")
    assert "not a database" in find(app)["db.unreadable"].message


def test_journal_that_could_not_be_switched(start: Start, tmp_path: Path) -> None:
    """A file whose journal is another one than was asked for is found."""
    path = tmp_path / "x.db"
    with closing(sqlite3.connect(path)) as made:
        made.execute("CREATE TABLE t (x)")
        made.execute("BEGIN IMMEDIATE")
        app, _ = start(SQLALCHEMY_DATABASE_URI=f"sqlite:///{path}", DB_SQLITE_BUSY_TIMEOUT=0)
        assert "'delete' journal" in find(app)["db.journal"].message


def test_reused_instance_is_said(make_app: Callable[..., Flask]) -> None:
    """An instance with engines of its own has none of our defaults; a note says so."""
    app = make_app(SECRET_KEY="0123456789abcdef-test")
    theirs = SQLAlchemy(app)
    install(app, [Database.compose({})])
    with app.app_context():
        theirs.session.execute(sa.text("CREATE TABLE t (x)"))
    assert {f.id: f.severity for f in find(app).values()} == {
        "db.embedded": "info",
        "db.reused": "info",
    }


def test_check_command_shows_them(start: Start, run_flask: Callable[..., Result]) -> None:
    """The command prints id, message and fix."""
    app, _ = start(SQLALCHEMY_ECHO="yes")
    shown = run_flask(app, "stack", "check", "--deploy").output
    assert "warning db.echo: 'SQLALCHEMY_ECHO' is on" in shown
    assert "db.echo" not in run_flask(app, "stack", "check").output
