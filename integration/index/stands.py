"""Makes and uses the extensions of the index that a name alone does not make.

``stack conform`` imports it in each environment, where only one of them is installed: so all
imports are in the functions.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask


def make_admin() -> Any:
    """Return a Flask-Admin with a name, and nothing but its own index."""
    from flask_admin import Admin

    return Admin(name="index")


def make_limiter() -> Any:
    """Return a Flask-Limiter, whose one argument says who is counted."""
    from flask_limiter import Limiter
    from flask_limiter.util import get_remote_address

    return Limiter(get_remote_address)


def make_metrics() -> Any:
    """Return a prometheus-flask-exporter with a registry of its own."""
    from prometheus_client import CollectorRegistry
    from prometheus_flask_exporter import PrometheusMetrics

    return PrometheusMetrics.for_app_factory(registry=CollectorRegistry())


def make_security() -> Any:
    """Return a Flask-Security on models of Flask-SQLAlchemy, which is put on nothing."""
    from flask_security import Security, SQLAlchemyUserDatastore
    from flask_security.models import fsqla_v3 as models
    from flask_sqlalchemy import SQLAlchemy

    database = SQLAlchemy()
    models.FsModels.set_db_info(database)
    role = type("Role", (database.Model, models.FsRoleMixin), {})
    user = type("User", (database.Model, models.FsUserMixin), {})
    return Security(datastore=SQLAlchemyUserDatastore(database, user, role))


def make_praetorian() -> Any:
    """Return a flask-praetorian whose 'init_app' is given the class of users beside."""
    from flask_praetorian import Praetorian

    guard = Praetorian()
    guard.init_app = partial(guard.init_app, user_class=Person)
    return guard


class Person:
    """Somebody who may log in; nobody is found."""

    identity = 1
    rolenames = ()
    password = ""

    @classmethod
    def lookup(cls, username: str) -> None:
        """Find by a name."""

    @classmethod
    def identify(cls, identity: int) -> None:
        """Find by an identity."""


def use_sqlalchemy(app: Flask) -> None:
    """Ask the database."""
    from sqlalchemy import text

    assert app.extensions["sqlalchemy"].session.execute(text("select 1")).scalar() == 1


def use_cache(app: Flask) -> None:
    """Write to the cache and read from it."""
    (cache,) = app.extensions["cache"].values()
    cache.set("word", "kept")
    assert cache.get("word") == "kept"


def use_mail(app: Flask) -> None:
    """Make a message, which is not sent."""
    from flask_mail import Message

    assert Message("A subject", ["somebody@example.com"], sender="us@example.com").as_string()


def use_babel(app: Flask) -> None:
    """Write a number as people of the locale do."""
    from flask_babel import format_decimal

    assert format_decimal(1234) == "1,234"


def use_token(app: Flask) -> None:
    """Make a token and read it."""
    from flask_jwt_extended import create_access_token, decode_token

    assert decode_token(create_access_token("somebody"))["sub"] == "somebody"


def use_forgery(app: Flask) -> None:
    """Make a token against forged requests."""
    from flask_wtf.csrf import generate_csrf

    assert generate_csrf()


def use_executor(app: Flask) -> None:
    """Do something in a pool of threads, and wait for it."""
    assert app.extensions["executor"].submit(str, 7).result(5) == "7"


def use_moment(app: Flask) -> None:
    """Ask for its scripts."""
    assert "moment" in app.extensions["moment"].include_moment()
