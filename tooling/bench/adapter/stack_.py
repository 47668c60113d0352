"""Our adapter for the peers' harness: core and db on a view that uses neither."""

from typing import Any

from common import req
from flask import Flask

from stack_core import install
from stack_db import Database

KIND = "wsgi"


def create(group: str, variant: str | None, url: str) -> tuple[Flask, dict[str, Any]]:
    """Return the application and the requests that the harness knows how to measure."""
    app = Flask(__name__)
    app.config.update(SECRET_KEY="0123456789abcdef0123", SQLALCHEMY_DATABASE_URI=url)
    install(app, [Database()])
    app.add_url_rule("/", "hello", lambda: "hello")
    return app, {f"{group}.hello": req("/")}
