"""Databases to map models on, of each sort."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from flask import Flask

from services import DATABASES, find_url
from stack_core.description import Field
from stack_db import Database, address
from stack_db.model.kind import Kind
from stack_db.model.kinds import Kinds

SERVERS = [pytest.param(name, marks=pytest.mark.services) for name in DATABASES]


@pytest.fixture(params=["SQLite", *SERVERS])
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of the test's own."""
    if request.param == "SQLite":
        yield "sqlite:///models.db"
        return
    found = address.normalize(find_url(request.param))
    name = f"stack_model_{uuid4().hex[:12]}"
    admin = sa.create_engine(found, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
    with admin.connect() as connection:
        charset = "" if found.get_backend_name() == "postgresql" else " CHARACTER SET utf8mb4"
        connection.execute(sa.text(f"CREATE DATABASE {name}{charset}"))
    yield found.set(database=name).render_as_string(hide_password=False)
    with admin.connect() as connection:
        force = " WITH (FORCE)" if found.get_backend_name() == "postgresql" else ""
        connection.execute(sa.text(f"DROP DATABASE {name}{force}"))


@pytest.fixture
def db() -> Any:
    """A database on no application: enough to describe models."""
    return Database()


@pytest.fixture
def describe(db: Any) -> Callable[[type[Any]], Kind]:
    """Return the kind of a class of ``db``."""
    return Kinds.of(db).get


@pytest.fixture
def field(describe: Callable[[type[Any]], Kind]) -> Callable[[type[Any], str], Field]:
    """Return a field of a class of ``db``."""
    return lambda cls, name: describe(cls).description.by_name[name]


@pytest.fixture
def serve(
    start: Callable[..., tuple[Flask, Database]], url: str
) -> Iterator[Callable[..., tuple[Flask, Any]]]:
    """Make an application on each sort of database; call it before the models are mapped."""
    yield lambda **config: start(SQLALCHEMY_DATABASE_URI=url, **config)
