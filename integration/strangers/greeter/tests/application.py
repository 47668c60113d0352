"""The application of the tests."""

from __future__ import annotations

from flask import Flask
from stack_core import install
from stack_db import Database
from stack_rest import Rest

from greeter import Greeter

TOKEN = "a-token-that-is-long-enough-for-tests"


def create_app(**settings: object) -> Flask:
    """Return an application with the extension and what it meets.

    :param settings: keys of its configuration.
    """
    app = Flask("application")
    app.config.update(TESTING=True, SECRET_KEY="a-key-of-the-tests-and-of-nothing-else")
    app.config["SQLALCHEMY_DATABASE_URI"] = "sqlite://"
    app.config["GREETER_TOKEN"] = TOKEN
    app.config.update(settings)
    install(app, [Database(), Rest(), Greeter()])
    return app
