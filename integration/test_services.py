"""A composed application on the services that tests and CI use; a missing one fails."""

from __future__ import annotations

import socket
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Column, MetaData, Table, insert, select

from services import DATABASES, find_place, find_url
from stack_db import Instant

pytestmark = pytest.mark.services

MOMENT = datetime(2026, 3, 29, 1, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture(params=DATABASES)
def served(request: pytest.FixtureRequest, compose: Callable[..., Flask]) -> Flask:
    """An application whose database is on a server."""
    return compose(SQLALCHEMY_DATABASE_URI=find_url(request.param))


def test_application_on_a_server_is_ready(served: Flask) -> None:
    """The probe reaches the server."""
    answer = served.test_client().get("/readyz")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "db": "ok"})


def test_moment_comes_back_from_a_server(served: Flask) -> None:
    """A moment is the same to the microsecond, whatever the server's zone."""
    table = Table("moments", MetaData(), Column("at", Instant), prefixes=["TEMPORARY"])
    with served.app_context(), served.extensions["sqlalchemy"].engine.connect() as connection:
        table.create(connection)
        connection.execute(insert(table), {"at": MOMENT})
        assert connection.scalar(select(table.c.at)) == MOMENT


def test_redis_answers() -> None:
    """Redis is there for what will need it."""
    with socket.create_connection(find_place("Redis"), timeout=5) as connection:
        connection.sendall(b"PING\r\n")
        assert connection.recv(16) == b"+PONG\r\n"
