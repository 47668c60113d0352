"""Databases of a test's own on the shared servers."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL

from services import find_url
from stack_db import address


@contextmanager
def new_database(service: str) -> Iterator[URL]:
    """Make an empty database on a server, and drop it afterwards, whoever still uses it."""
    url = address.normalize(find_url(service))
    name = f"stack_test_{uuid4().hex[:12]}"
    postgres = url.get_backend_name() == "postgresql"
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        charset = "" if postgres else " CHARACTER SET utf8mb4"
        connection.execute(sa.text(f"CREATE DATABASE {name}{charset}"))
    try:
        yield url.set(database=name)
    finally:
        with admin.connect() as connection:
            force = " WITH (FORCE)" if postgres else ""
            connection.execute(sa.text(f"DROP DATABASE {name}{force}"))


def cut_connections(url: URL) -> None:
    """Let a server cut everybody's connections to a database, and wait until it has.

    The command itself only asks for it: who used a connection right after it
    might still be answered.
    """
    postgres = url.get_backend_name() == "postgresql"
    find, cut = (
        (
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()",
            "SELECT pg_terminate_backend({})",
        )
        if postgres
        else (
            "SELECT id FROM information_schema.processlist"
            " WHERE db = DATABASE() AND id <> CONNECTION_ID()",
            "KILL {}",
        )
    )
    admin = sa.create_engine(url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        found = set(connection.scalars(sa.text(find)))
        for number in found:
            connection.execute(sa.text(cut.format(number)))
        until = time.monotonic() + 10
        while found & set(connection.scalars(sa.text(find))):
            if time.monotonic() > until:
                raise TimeoutError("The server has not cut the connections within 10 seconds.")
            time.sleep(0.005)


def close_engines(app: Flask) -> None:
    """Close the connections of an application."""
    with app.app_context():
        for engine in app.extensions["sqlalchemy"].engines.values():
            engine.dispose()


def show(url: URL) -> str:
    """Return an address as a program reads it, with its password."""
    return url.render_as_string(hide_password=False)
