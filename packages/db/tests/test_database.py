"""A Database is a Flask-SQLAlchemy, and an extension."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from flask_sqlalchemy import SQLAlchemy

from stack_core import Registry, SettingsError, SetupError, find_extension, install
from stack_db import Database, DatabaseExtension

Make = Callable[..., Flask]
Start = Callable[..., tuple[Flask, Database]]
KEY = "0123456789abcdef-test"


def test_constructor_is_upstreams() -> None:
    """Whoever knows Flask-SQLAlchemy's arguments knows ours."""
    assert inspect.signature(Database) == inspect.signature(SQLAlchemy)


def test_session_works_as_upstreams(start: Start) -> None:
    """Models, session and get_or_404 are Flask-SQLAlchemy's own."""
    app, db = start()

    class Book(db.Model):
        id = db.Column(db.Integer, primary_key=True)
        title = db.Column(db.String)

    with app.app_context():
        db.create_all()
        db.session.add(Book(title="Persuasion"))
        db.session.commit()
        assert db.get_or_404(Book, 1).title == "Persuasion"
    assert isinstance(db, SQLAlchemy)


def test_app_finds_its_database(start: Start) -> None:
    """The registry's 'db' and Flask-SQLAlchemy's key hold the same instance."""
    app, db = start()
    assert Database.of(app).database is db is app.extensions["sqlalchemy"]
    assert find_extension(db) is Registry.of(app)["db"].extension
    assert list(Database.of(app).engines(app)) == [None]


def test_two_apps_share_nothing(make_app: Make) -> None:
    """One instance serves two applications with two engines and two states."""
    db = Database()
    first, second = make_app(), make_app(SQLALCHEMY_DATABASE_URI="sqlite://")
    db.init_app(first)
    db.init_app(second)
    assert Database.of(first) is not Database.of(second)
    assert Database.of(first).engines(first)[None] is not Database.of(second).engines(second)[None]


def test_second_init_is_refused(start: Start) -> None:
    """The same database twice on one application is an error."""
    app, db = start()
    with pytest.raises(SetupError, match="'db' is on this application already"):
        db.init_app(app)


def test_explicit_database_beside_another_is_refused(app: Flask) -> None:
    """Two instances on one application: Flask-SQLAlchemy's error, its type and its words."""
    SQLAlchemy(app)
    with pytest.raises(RuntimeError, match="'SQLAlchemy' instance has already been registered"):
        Database(app)


def test_composed_database_reuses_another(app: Flask) -> None:
    """A database that was only named takes the instance that is there, with its engines."""
    theirs = SQLAlchemy(app)
    app.config["SECRET_KEY"] = KEY
    install(app, [Database.compose({})])
    assert Database.of(app).database is theirs is app.extensions["sqlalchemy"]
    with app.app_context():
        assert theirs.session.execute(sa.text("PRAGMA journal_mode")).scalar() == "delete"


def test_composed_database_refuses_a_stranger(app: Flask) -> None:
    """Another library's database cannot stand in; the error names both."""
    app.extensions["sqlalchemy"] = "lite"
    with pytest.raises(SetupError, match=r"is a builtins\.str, but 'db' is Flask-SQLAlchemy"):
        Database.compose({}).init_app(app)


def test_removed_instance_can_be_followed(start: Start) -> None:
    """Where Flask-SQLAlchemy lets another instance take over, ours does."""
    app, first = start()
    for engine in Database.of(app).engines(app).values():
        engine.dispose()
    del app.extensions["sqlalchemy"]
    second = Database(app)
    assert Database.of(app).database is second is not first
    with app.app_context():
        assert second.session.execute(sa.text("SELECT 1")).scalar() == 1


@pytest.mark.parametrize("composed", [False, True])
def test_address_unset(make_app: Make, composed: bool) -> None:
    """Alone it is Flask-SQLAlchemy's error; in a Stack it is a file in the instance folder."""
    app = make_app(SECRET_KEY=KEY)
    del app.config["SQLALCHEMY_DATABASE_URI"]
    db = Database()
    if not composed:
        with pytest.raises(RuntimeError) as caught:
            db.init_app(app)
        message = "Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set."
        assert str(caught.value) == message
        return
    install(app, [db])
    with app.app_context():
        db.create_all()
        db.session.execute(sa.text("CREATE TABLE t (x)"))
        db.session.commit()
    assert Path(app.instance_path, "app.db").is_file()


def test_address_unset_beside_binds(make_app: Make) -> None:
    """A Stack gives a default database beside the binds; a bare one has the binds only."""
    binds = {"SQLALCHEMY_BINDS": {"a": "sqlite://"}, "SQLALCHEMY_DATABASE_URI": None}
    bare, composed = make_app(**binds), make_app(**binds, SECRET_KEY=KEY)
    Database().init_app(bare)
    install(composed, [Database()])
    assert set(Database.of(bare).engines(bare)) == {"a"}
    assert set(Database.of(composed).engines(composed)) == {"a", None}


def test_failing_setup_leaves_nothing(make_app: Make) -> None:
    """An error in the second bind leaves the application as it was, without engines."""
    app = make_app(SQLALCHEMY_BINDS={"a": {"url": "sqlite://", "pool_sice": 3}})
    before = dict(app.config), dict(app.extensions), dict(app.error_handler_spec)
    db = Database()
    with pytest.raises(SettingsError, match=r"SQLALCHEMY_BINDS.*pool_sice"):
        db.init_app(app)
    assert (dict(app.config), dict(app.extensions), dict(app.error_handler_spec)) == before
    assert not app.teardown_appcontext_funcs
    assert app not in db._app_engines


def test_subclass_starts_once(app: Flask) -> None:
    """A subclass that extends init_app is called once and ends in Flask-SQLAlchemy."""
    calls = []

    class Own(Database):
        def init_app(self, app: Flask) -> None:
            calls.append(app)
            super().init_app(app)

    db = Own(app)
    assert calls == [app]
    assert app.extensions["sqlalchemy"] is db
    assert isinstance(Own.compose({}).extension, DatabaseExtension)


def test_repr_hides_credentials(start: Start) -> None:
    """Neither the password nor one in the query is in the text form."""
    app, db = start(
        SQLALCHEMY_DATABASE_URI="postgresql://me:hunter2@host/shop?sslpassword=hunter3",
        SQLALCHEMY_BINDS={"log": "sqlite://"},
    )
    assert repr(db) == "<Database>"
    with app.app_context():
        assert repr(db) == "<Database postgresql+psycopg://me:***@host/shop +1>"


def test_repr_without_default(start: Start) -> None:
    """An instance with binds only has a text form too."""
    app, db = start(SQLALCHEMY_DATABASE_URI=None, SQLALCHEMY_BINDS={"a": "sqlite://"})
    with app.app_context():
        assert repr(db) == "<Database without a default>"
