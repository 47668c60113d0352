"""The application of the tests, and whom it knows."""

from __future__ import annotations

from flask import Flask
from stack_core import install
from stack_rest import Rest

from doorkeeper import Doorkeeper, Person, hash_token

TOKEN = "a-token-that-is-long-enough-for-tests"
READER = Person("reader", "Reader", hash_token(TOKEN), permissions=("hat.read",))


def create_app(**settings: object) -> Flask:
    """Return an application with the extension and what it meets.

    :param settings: keys of its configuration.
    """
    app = Flask("application")
    app.config.update(TESTING=True, SECRET_KEY="a-key-of-the-tests-and-of-nothing-else")
    app.config.update(settings)
    install(app, [Rest(), Doorkeeper(READER)])
    return app
