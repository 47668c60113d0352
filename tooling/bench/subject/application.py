"""The application that the subjects measure: bare, with Flask-SQLAlchemy, with core and db."""

from flask import Flask


def make(variant: str) -> Flask:
    """Return it; only what the variant needs is imported."""
    app = Flask("bench")
    app.config.update(SECRET_KEY="0123456789abcdef0123", SQLALCHEMY_DATABASE_URI="sqlite://")
    if variant == "flask-sqlalchemy":
        from flask_sqlalchemy import SQLAlchemy

        SQLAlchemy().init_app(app)
    elif variant == "stack":
        from stack_core import install
        from stack_db import Database

        install(app, [Database()])
    return app
