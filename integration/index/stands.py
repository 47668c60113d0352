"""Makes and uses the extensions of the index that a name alone does not make.

``stack conform`` imports it in each environment, where only one of them is installed: so all
imports are in the functions.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, session


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


def use_bcrypt(app: Flask) -> None:
    """Hash a password and check it, as cheaply as bcrypt can."""
    from flask_bcrypt import check_password_hash, generate_password_hash

    assert check_password_hash(generate_password_hash("a word", rounds=4), "a word")


def use_login(app: Flask) -> None:
    """Log somebody in and ask who it is."""
    from flask_login import UserMixin, current_user, login_user

    visitor = UserMixin()
    visitor.id = 1
    assert login_user(visitor)
    assert current_user.is_authenticated


def use_principal(app: Flask) -> None:
    """Tell who it is, and ask for a permission."""
    from flask_principal import Identity, Permission, RoleNeed, identity_changed

    identity_changed.send(app, identity=Identity(1))
    assert not Permission(RoleNeed("keeper")).can()


def use_security(app: Flask) -> None:
    """Ask who is logged in."""
    from flask_security import current_user

    assert not current_user.is_authenticated


def use_session(app: Flask) -> None:
    """Keep something in the session."""
    session["word"] = "kept"
    assert session["word"] == "kept"


def use_mailman(app: Flask) -> None:
    """Make a message, which is not sent."""
    from flask_mailman import EmailMessage

    message = EmailMessage("A subject", "Words", "us@example.com", ["somebody@example.com"])
    assert message.message().as_string()


def use_schema(app: Flask) -> None:
    """Write a link by a schema."""
    schema = app.extensions["flask-marshmallow"]
    field = schema.URLFor("static", values={"filename": "x"})
    assert type("Links", (schema.Schema,), {"link": field})().dump({}) == {"link": "/static/x"}


def use_pages(app: Flask) -> None:
    """Ask for all pages, of which there are none."""
    assert list(app.extensions["flatpages"][None]) == []


def use_bootstrap(app: Flask) -> None:
    """Ask for its style sheet."""
    assert "bootstrap" in app.extensions["bootstrap"].load_css()


def use_specification(app: Flask) -> None:
    """Ask for the document of the interface."""
    assert app.extensions["flask-smorest"]["apis"][""]["ext_obj"].spec.to_dict()["openapi"]


def use_forgery_cookie(app: Flask) -> None:
    """Make a token against forged requests."""
    assert app.jinja_env.globals["csrf_token"]()
