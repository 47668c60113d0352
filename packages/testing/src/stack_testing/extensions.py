"""Fixtures that the extensions on the application under test bring along."""

from __future__ import annotations

import importlib

import pytest
from flask import Flask

from stack_core import Registry


def load_fixtures(config: pytest.Config, app: Flask) -> None:
    """Register the fixture module of every extension on the application.

    :raises pytest.UsageError: such a module cannot be imported.
    """
    for name, installed in Registry.of(app).items():
        module = getattr(installed.extension, "testing", None)
        if module is not None and not config.pluginmanager.hasplugin(module):
            config.pluginmanager.register(_import(module, name), module)
    config.hook.pytest_stack_app(app=app, config=config)


def _import(module: str, owner: str) -> object:
    try:
        return importlib.import_module(module)
    except ImportError as error:
        raise pytest.UsageError(
            f"The fixtures of {owner!r} cannot be loaded from {module!r}: {error}."
            f" Mend that module, or the 'testing' of {owner!r}."
        ) from None
