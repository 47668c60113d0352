"""The fixtures: isolated databases, a session, and a budget of statements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
from flask import Flask
from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from stack_core.keep import using_keep
from stack_core.memory_keep import MemoryKeep

from ..telling import pending
from .budget import Budget
from .isolation import isolated
from .redirection import Redirection, Twins
from .savepoint import IsolationError
from .schema import Schema, make_schema
from .twin import TwinError

_TWINS = pytest.StashKey[Twins]()
_REDIRECTION = pytest.StashKey[Redirection]()
_NO_DATABASE = (
    "The application under test has no database."
    " Call init_app of a Database, or of Flask-SQLAlchemy's SQLAlchemy, with it."
)


@pytest.hookimpl(optionalhook=True)
def pytest_stack_app(app: Flask, config: pytest.Config) -> None:
    """Keep every test away from the application's own databases, from the start."""
    database = app.extensions.get("sqlalchemy")
    if isinstance(database, SQLAlchemy):
        redirection = Redirection(app, database, _find_twins(config))
        redirection.install()
        config.stash[_REDIRECTION] = redirection


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Drop the tests' databases.

    A worker of pytest-xdist is waited for until now and no longer; the clean-up
    of its config, which is there for sessions that do not come this far, may
    be cut off.
    """
    _end(session.config)


@pytest.fixture(scope="session")
def database_schema() -> Schema:
    """How the tables of the tests' databases are made; override it to choose.

    ``"migrations"`` runs the migrations, ``"create_all"`` asks the models, and
    a function is called with the database in an application context. None, the
    default, means migrations if there are any.
    """
    return None


@pytest.fixture
def database(
    request: pytest.FixtureRequest, app: Flask, database_schema: Schema
) -> Iterator[SQLAlchemy]:
    """The application's databases, with tables and without rows, for one test.

    Whatever is written is undone at the end, committed or not. It stands in
    databases of the tests' own, never in those that the settings name.
    """
    if "live_database" in request.fixturenames:
        yield request.getfixturevalue("live_database")
        return
    opened = _opened(request, app, database_schema)
    with opened as redirection, isolated(redirection.engines):
        yield redirection.database


@pytest.fixture
def live_database(
    request: pytest.FixtureRequest, app: Flask, database_schema: Schema
) -> Iterator[SQLAlchemy]:
    """The application's databases for a test with threads, processes or races of transactions.

    Connections and commits are real, so it is slow: the databases are made
    anew afterwards.
    """
    with _opened(request, app, database_schema) as redirection:
        try:
            yield redirection.database
        finally:
            redirection.discard()


@pytest.fixture
def db_session(database: SQLAlchemy, app: Flask) -> Iterator[Session]:
    """A session of the test's own, apart from those of requests; it needs no context.

    What it commits, requests see. What a request commits, it sees after
    ``db_session.expire_all()``.
    """
    with app.app_context():
        engines = dict(database.engines)
    session = database.session.session_factory(db=_Reached(database, engines))
    pending(session, app)
    try:
        yield session
    finally:
        session.close()


@pytest.fixture
def query_budget(pytestconfig: pytest.Config) -> Callable[..., Budget]:
    """A limit on the statements that a block of code sends, over all engines.

    ``with query_budget(3): …`` fails when there are more than three, with the
    statements and the lines that sent them; ``query_budget(3, exact=True)``
    also when there are fewer.
    """
    return partial(Budget, root=pytestconfig.rootpath)


class _Reached:
    """A ``SQLAlchemy`` instance whose engines are reached without a context."""

    def __init__(self, database: SQLAlchemy, engines: dict[str | None, Engine]) -> None:
        self._database = database
        self.engines = engines

    def __getattr__(self, name: str) -> Any:
        return getattr(self._database, name)


@contextmanager
def _opened(request: pytest.FixtureRequest, app: Flask, schema: Schema) -> Iterator[Redirection]:
    """Lend the application's databases, with their tables, to one test."""
    config = request.config
    with _explained(), _redirected(config, app) as redirection, redirection.open():
        _prepare(redirection, schema, config)
        # No rollback undoes what is kept in a database, so it is in memory for the test.
        with using_keep(app, MemoryKeep()):
            yield redirection


@contextmanager
def _redirected(config: pytest.Config, app: Flask) -> Iterator[Redirection]:
    """Point the engines to the tests' databases, unless they are since the session began."""
    redirection = config.stash.get(_REDIRECTION, None)
    if redirection is not None and redirection.app is app:
        yield redirection
        return
    database = app.extensions.get("sqlalchemy")
    if not isinstance(database, SQLAlchemy):
        raise TwinError(_NO_DATABASE)
    redirection = Redirection(app, database, _find_twins(config))
    redirection.install()
    try:
        yield redirection
    finally:
        redirection.remove()


def _prepare(redirection: Redirection, schema: Schema, config: pytest.Config) -> None:
    """Give the databases their tables unless they have them."""
    database: Any = redirection.database
    twins = set(redirection.engines.values())
    if any(twin.soiled for twin in twins):
        redirection.discard()
    if any(database not in twin.described for twin in twins):
        make_schema(redirection.app, database, schema, config.rootpath)
        for twin in twins:
            twin.described.add(database)


def _find_twins(config: pytest.Config) -> Twins:
    twins = config.stash.get(_TWINS, None)
    if twins is None:
        twins = config.stash[_TWINS] = Twins()
        config.add_cleanup(partial(_end, config))
    return twins


def _end(config: pytest.Config) -> None:
    redirection, twins = config.stash.get(_REDIRECTION, None), config.stash.get(_TWINS, None)
    if redirection is not None:
        del config.stash[_REDIRECTION]
        redirection.remove()
    if twins is not None:
        del config.stash[_TWINS]
        twins.close()


@contextmanager
def _explained() -> Iterator[None]:
    """Fail a test with the sentence of an error of ours, without a traceback."""
    try:
        yield
    except (TwinError, IsolationError) as error:
        raise pytest.fail.Exception(str(error), pytrace=False) from None
