"""Makes and uses the extensions of the index that a name alone does not make.

``stack conform`` imports it in each environment, where only one of them is installed: so all
imports are in the functions.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from flask import Flask, g, session


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


def make_minify() -> Any:
    """Return a Flask-Minify without its cache.

    Between set and get of one thread another takes the value out, which happens now and then.
    """
    from flask_minify import Minify

    return Minify(caching_limit=0)


def make_restful() -> Any:
    """Return a Flask-RESTful with one resource."""
    from flask_restful import Api, Resource

    class Word(Resource):
        def get(self) -> dict[str, str]:
            return {"word": "kept"}

    api = Api()
    api.add_resource(Word, "/restful/word", endpoint="restful_word")
    return api


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


def use_swagger(app: Flask) -> None:
    """Ask for the document of the interface."""
    assert app.test_client().get("/apispec_1.json").json["swagger"]


def use_admin(app: Flask) -> None:
    """Ask for the first page."""
    assert "index" in app.test_client().get("/admin/").text


def use_scheduler(app: Flask) -> None:
    """Ask for the jobs, of which there are none."""
    assert app.apscheduler.get_jobs() == []


def use_assets(app: Flask) -> None:
    """Ask for the addresses of a bundle."""
    from flask_assets import Bundle

    bundle = Bundle("https://elsewhere.example/x.css")
    with bundle.bind(app.jinja_env.assets_environment):
        assert bundle.urls() == ["https://elsewhere.example/x.css"]


def use_basic_auth(app: Flask) -> None:
    """Check a name and a password."""
    from flask_basicauth import BasicAuth

    assert BasicAuth().check_credentials("somebody", "a word")


def use_origins(app: Flask) -> None:
    """Allow other origins for one view."""
    from flask_cors import cross_origin

    answer = cross_origin(origins="https://other.example")(lambda: "a word")()
    assert answer.headers["Access-Control-Allow-Origin"] == "https://other.example"


def use_limiter(app: Flask) -> None:
    """Count the request within a limit of its own."""
    (limiter,) = app.extensions["limiter"]
    with limiter.limit("1000 per second"):
        assert limiter.current_limits


def use_migrate(app: Flask) -> None:
    """Ask where the migrations are."""
    config = app.extensions["migrate"].migrate.get_config()
    assert config.get_main_option("script_location") == "migrations"


def use_minify(app: Flask) -> None:
    """Make the answer of one view smaller."""
    from flask_minify.decorators import minify

    assert minify(html=True, cache=False)(lambda: "<p>a  word</p>  <p></p>")()


def use_oidc(app: Flask) -> None:
    """Ask who is logged in."""
    assert not g.oidc_user.logged_in


def use_praetorian(app: Flask) -> None:
    """Make a token and read it."""
    guard = app.extensions["praetorian"]
    assert guard.extract_jwt_token(guard.encode_jwt_token(Person()))["id"] == Person.identity


def use_restful(app: Flask) -> None:
    """Ask for the resource."""
    assert app.test_client().get("/restful/word").json == {"word": "kept"}


def use_restx(app: Flask) -> None:
    """Ask for the document of the interface."""
    assert app.test_client().get("/swagger.json").json["swagger"]


def use_socketio(app: Flask) -> None:
    """Send a word to all who listen, of whom there are none."""
    app.extensions["socketio"].emit("word", "kept")


def use_talisman(app: Flask) -> None:
    """Ask for what marks a script of the page's own."""
    assert app.jinja_env.globals["csp_nonce"]() is not None


def use_metrics(app: Flask) -> None:
    """Ask for the metrics."""
    assert "flask_http_request" in app.test_client().get("/metrics").text
