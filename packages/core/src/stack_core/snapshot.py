"""Undoing what a failed set-up did to an application."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

from flask import Flask

from .registry import KEY, Registry

_SKIPPED = {"url_map", "jinja_env", "logger", "cli", "config", "extensions"}


class Snapshot:
    """An application as it was, to be restored when a set-up fails.

    It covers the attributes of the application, its routes, configuration,
    commands, extensions and Jinja's globals, filters and tests. It cannot undo
    what an introduction changed in another extension's state.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._attributes = {
            name: _copied(value) for name, value in vars(app).items() if name not in _SKIPPED
        }
        self._config = dict(app.config)
        self._extensions = dict(app.extensions)
        registry = app.extensions.get(KEY)
        self._registry = registry.copy() if isinstance(registry, Registry) else None
        self._commands = dict(app.cli.commands)
        self._rules = list(app.url_map.iter_rules())
        self._jinja = _jinja(app) if "jinja_env" in vars(app) else None

    def restore(self) -> None:
        """Make the application what it was when the snapshot was taken."""
        app = self._app
        for name in set(vars(app)) - set(self._attributes) - _SKIPPED:
            delattr(app, name)
        for name, value in self._attributes.items():
            _put_back(app, name, value)
        _refill(app.config, self._config)
        _refill(app.extensions, self._extensions)
        _refill(app.cli.commands, self._commands)
        if self._registry is not None:
            Registry.of(app).restore(self._registry)
        self._restore_rules()
        self._restore_jinja()

    def _restore_rules(self) -> None:
        if list(self._app.url_map.iter_rules()) == self._rules:
            return
        old = self._app.url_map
        fresh = type(old)(host_matching=old.host_matching)
        for name in ("default_subdomain", "strict_slashes", "merge_slashes", "redirect_defaults"):
            setattr(fresh, name, getattr(old, name))
        fresh.converters = old.converters
        for rule in self._rules:
            fresh.add(rule.empty())
        self._app.url_map = fresh

    def _restore_jinja(self) -> None:
        if self._jinja is None:
            vars(self._app).pop("jinja_env", None)
            return
        for now, then in zip(_jinja_tables(self._app), self._jinja, strict=True):
            _refill(now, then)


def _jinja_tables(app: Flask) -> list[MutableMapping[str, Any]]:
    env = app.jinja_env
    return [env.globals, env.filters, env.tests]


def _jinja(app: Flask) -> list[dict[str, Any]]:
    return [dict(table) for table in _jinja_tables(app)]


def _copied(value: Any) -> Any:
    """Copy containers two levels deep, as Flask's tables of hooks are nested."""
    if isinstance(value, dict):
        twin = value.copy()
        for key, item in value.items():
            twin[key] = _copied(item)
        return twin
    return value.copy() if isinstance(value, (list, set)) else value


def _put_back(app: Flask, name: str, then: Any) -> None:
    now = vars(app).get(name)
    if isinstance(now, dict) and isinstance(then, dict):
        _refill(now, then)
    elif isinstance(now, list) and isinstance(then, list):
        now[:] = then
    else:
        setattr(app, name, then)


def _refill(table: Any, then: Any) -> None:
    table.clear()
    table.update(then)
