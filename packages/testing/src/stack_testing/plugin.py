"""The pytest plugin: ini keys, fixtures and one hook.

pytest imports this module in every run, so it imports nothing of Flask: the
rest of the package is imported when a session names an application.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask
    from flask.testing import FlaskClient, FlaskCliRunner

# The contract's tests are a library's: without this their failures would show no values.
pytest.register_assert_rewrite("stack_testing.store")

_NO_APPLICATION = (
    "pytest does not know the application under test."
    " Set 'stack_app' in pytest's settings, for example stack_app = wsgi:app,"
    " or write a fixture 'app'."
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the ini keys."""
    parser.addini(
        "stack_app",
        "The application under test: module:attribute, an application or its factory.",
        default="",
    )
    parser.addini(
        "stack_config",
        "Settings of the application under test, KEY=value on each line.",
        type="linelist",
    )


def pytest_addhooks(pluginmanager: pytest.PytestPluginManager) -> None:
    """Declare the hook that hands the application to the fixture modules."""
    from . import hook

    pluginmanager.add_hookspecs(hook)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Build the application that ``stack_app`` names and load its extensions' fixtures."""
    if session.config.getini("stack_app"):
        from .application import build_application
        from .extensions import load_fixtures

        load_fixtures(session.config, build_application(session.config))


@pytest.fixture
def app(pytestconfig: pytest.Config) -> Iterator[Flask]:
    """The application that ``stack_app`` names.

    It is built once for a session (with pytest-xdist: for a worker); what a
    test changes in ``app.config`` is undone at the end of that test.
    """
    from .application import borrow_application, find_application

    found = find_application(pytestconfig)
    if found is None:
        pytest.fail(_NO_APPLICATION, pytrace=False)
    with borrow_application(found):
        yield found


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A test client; its requests share no context with the test or another client."""
    from .client import make_client

    return make_client(app)


@pytest.fixture
def runner(app: Flask) -> FlaskCliRunner:
    """A runner of the application's commands; they share no context with the test."""
    from .client import make_runner

    return make_runner(app)
