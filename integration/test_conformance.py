"""Our own extensions, and a stranger's on our protocol, keep to every rule of the kit."""

from __future__ import annotations

from typing import Any

import pytest
from doorkeeper import Doorkeeper, Person, hash_token
from flask import Flask
from sqlalchemy import text

from stack import Stack
from stack_db import Database
from stack_rest import Rest
from stack_testing.conformance import ExtensionContract

pytestmark = pytest.mark.slow


class TestDatabase(ExtensionContract):
    """The database, on SQLite."""

    settings = {"SQLALCHEMY_DATABASE_URI": "sqlite:///app.db"}
    #: Whoever knows Flask-SQLAlchemy and Flask-Migrate finds them where those put them.
    names = ("sqlalchemy", "migrate")
    abilities = frozenset({"serves-async"})
    level = "advised"

    def make_extension(self) -> Database:
        return Database()

    def use_extension(self, app: Flask) -> None:
        database: Database = app.extensions["sqlalchemy"]
        assert database.session.execute(text("SELECT 1")).scalar() == 1


class TestRest(ExtensionContract):
    """A REST interface with a function, and no store."""

    settings = {"REST_PREFIX": "/api"}
    abilities = frozenset({"serves-async"})
    level = "advised"

    def make_extension(self) -> Rest:
        rest = Rest()
        rest.get("/word", public=True)(give_word)
        return rest

    def use_extension(self, app: Flask) -> None:
        assert app.test_client().get("/api/word").json == {"word": "hello"}


class TestRestBesideDatabase(ExtensionContract):
    """A REST interface that comes after a database, or before it."""

    settings = {"SQLALCHEMY_DATABASE_URI": "sqlite:///app.db"}
    level = "advised"

    def make_extension(self) -> Rest:
        return Rest()

    def make_others(self) -> list[Any]:
        return [Database()]


class TestStack(ExtensionContract):
    """All of them together: a stack can be put on an application like one extension."""

    names = ("stack", "db", "rest", "sqlalchemy", "migrate")
    abilities = frozenset({"replaces-session", "wraps-wsgi"})
    exemptions = {"two-apps": "It makes its database once, with engines for each application."}
    level = "advised"

    def make_extension(self) -> Stack:
        return Stack("db", "rest")


class TestDoorkeeper(ExtensionContract):
    """A stranger's extension that is written on the protocol."""

    abilities = frozenset({"serves-async"})
    level = "advised"

    def make_extension(self) -> Doorkeeper:
        return Doorkeeper(Person("1", "Ann", hash_token("secret"), ("*",)))

    def use_extension(self, app: Flask) -> None:
        assert Doorkeeper.of(app).access().identity.name == ""


def give_word() -> dict[str, str]:
    """Give a word."""
    return {"word": "hello"}
