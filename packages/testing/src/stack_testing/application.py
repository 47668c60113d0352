"""The application under test: found by its address, built once, lent to tests."""

from __future__ import annotations

import importlib
import inspect
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from stack_core.keep import using_keep
from stack_core.memory_keep import MemoryKeep

from .client import isolate_clients
from .config import apply_config, read_config

_APPLICATION = pytest.StashKey[Flask]()
_CONFIG_NAMES = ("test_config", "config", "settings", "overrides")


def find_application(config: pytest.Config) -> Flask | None:
    """Return the application of this session, or None when ``stack_app`` names none."""
    return config.stash.get(_APPLICATION, None)


def build_application(config: pytest.Config) -> Flask:
    """Build the application that ``stack_app`` names and keep it for the session.

    :raises pytest.UsageError: it cannot be found or built.
    """
    address: str = config.getini("stack_app")
    values = {"TESTING": True, **read_config(config.getini("stack_config"))}
    root = config.rootpath
    if str(root) not in sys.path:
        sys.path.insert(0, str(root))
    found = _find_attribute(address, root)
    if isinstance(found, Flask):
        app = found
    elif callable(found):
        app = _call_factory(found, address, values, root)
    else:
        raise _not_flask(address, found)
    apply_config(app, values, address)
    isolate_clients(app)
    config.stash[_APPLICATION] = app
    return app


@contextmanager
def borrow_application(app: Flask) -> Iterator[Flask]:
    """Lend the application to one test and undo what it changed in ``app.config``.

    The test has an empty keep, in memory: a keep takes part in no transaction
    that could be undone.
    """
    before = dict(app.config)
    try:
        with using_keep(app, MemoryKeep()):
            yield app
    finally:
        app.config.clear()
        app.config.update(before)


def _find_attribute(address: str, root: Path) -> object:
    module_name, colon, attribute = address.partition(":")
    if not (module_name and colon and attribute.isidentifier()):
        raise pytest.UsageError(
            f"'stack_app = {address}' is not an address."
            " Write module:attribute, for example wsgi:app or shop:create_app."
        )
    module = _import(module_name, address, root)
    try:
        return getattr(module, attribute)
    except AttributeError:
        raise pytest.UsageError(
            f"'stack_app = {address}': the module {module_name!r} has no {attribute!r}."
            " Name its application or factory."
        ) from None


def _import(name: str, address: str, root: Path) -> ModuleType:
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not (name == error.name or name.startswith(error.name + ".")):
            raise _broken(address, error, root) from None
        raise pytest.UsageError(
            f"'stack_app = {address}': there is no module {error.name!r}."
            f" It is looked for in {root} and on the import path."
        ) from None
    except Exception as error:
        raise _broken(address, error, root) from None


def _call_factory(
    factory: Callable[..., object], address: str, values: Mapping[str, Any], root: Path
) -> Flask:
    arguments = (dict(values),) if _takes_config(factory, address) else ()
    try:
        app = factory(*arguments)
    except Exception as error:
        raise _broken(address, error, root) from None
    if not isinstance(app, Flask):
        raise _not_flask(f"{address}", app)
    return app


def _takes_config(factory: Callable[..., object], address: str) -> bool:
    """Tell whether a factory's first parameter is a mapping of settings.

    It is by its name, as in Flask's tutorial, or by its annotation.
    """
    parameters = list(inspect.signature(factory).parameters.values())
    if parameters and _is_config(parameters[0]):
        parameters.pop(0)
        takes = True
    else:
        takes = False
    for parameter in parameters:
        optional = parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
        if parameter.default is parameter.empty and not optional:
            raise pytest.UsageError(
                f"'stack_app = {address}' needs the argument {parameter.name!r}, which pytest"
                " does not know. Name a factory that takes nothing or a mapping of settings."
            )
    return takes


def _is_config(parameter: inspect.Parameter) -> bool:
    if parameter.kind not in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD):
        return False
    if parameter.annotation is parameter.empty:
        return parameter.name in _CONFIG_NAMES
    return "mapping" in str(parameter.annotation).lower() or "dict" in str(parameter.annotation)


def _not_flask(address: str, found: object) -> pytest.UsageError:
    return pytest.UsageError(
        f"'stack_app = {address}' is of type {type(found).__name__!r}, no Flask application."
        " Name an application or a function that returns one."
    )


def _broken(address: str, error: Exception, root: Path) -> pytest.UsageError:
    """Say in one sentence what an application's own code raised, and where."""
    frames = traceback.extract_tb(error.__traceback__)
    own = [frame for frame in frames if _is_own(frame.filename, root)]
    where = f" ({Path(own[-1].filename).relative_to(root)}:{own[-1].lineno})" if own else ""
    return pytest.UsageError(
        f"'stack_app = {address}' could not be built{where}: {type(error).__name__}: {error}"
    )


def _is_own(filename: str, root: Path) -> bool:
    path = Path(filename)
    return path.is_relative_to(root) and "site-packages" not in path.parts
