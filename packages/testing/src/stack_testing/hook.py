"""The hook that a module of fixtures may implement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from flask import Flask


@pytest.hookspec
def pytest_stack_app(app: Flask, config: pytest.Config) -> None:
    """Called once in a session, when the application of ``stack_app`` is built.

    The fixture modules of its extensions are loaded by then and no test was
    collected yet. Mark an implementation with
    ``pytest.hookimpl(optionalhook=True)`` if the module also works without
    this plugin.
    """
