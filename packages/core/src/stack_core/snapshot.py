"""Undoing what a failed set-up did to an application."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from blinker import Signal
from flask import Flask, signals

from .masking import describe_error
from .registry import KEY, Member, Registry

_DEPTH = 4
"""How deep containers are followed; ``error_handler_spec`` is the deepest of Flask's."""
_SIGNALS = tuple(each for each in vars(signals).values() if isinstance(each, Signal))


class Snapshot:
    """An application as it was, to be restored when a set-up fails.

    It covers the attributes of the application, of its command group, its JSON
    provider and its Jinja environment, with the containers in them; the routes,
    the registry, and who listens to Flask's signals. It cannot undo what an
    introduction changed in another extension's state.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        registry = app.extensions.get(KEY)
        holders = (app, app.cli, app.json, registry, vars(app).get("jinja_env"))
        tables = [vars(holder) for holder in holders if hasattr(holder, "__dict__")]
        self._kept = [pair for table in tables for pair in _walk(table, _DEPTH)]
        self._members = set(registry or ())
        self._converters = dict(app.url_map.converters)
        self._rules = list(app.url_map.iter_rules())
        self._listeners = [list(signal.receivers_for(app)) for signal in _SIGNALS]

    def restore(self, error: BaseException) -> None:
        """Make the application what it was; first abandon what was published since.

        An application that an introduction broke stays broken.

        :param error: what made the set-up fail; it may be given notes.
        """
        registry = Registry.of(self._app)
        newest_first = reversed([name for name in registry if name not in self._members])
        for extension in [registry[name].extension for name in newest_first]:
            abandon(extension, self._app, error)
        broken = registry.broken
        for container, content in self._kept:
            _refill(container, content)
        self._restore_rules()
        self._restore_listeners()
        if broken is not None:
            Registry.of(self._app).mark_broken(self._app, broken)

    def _restore_rules(self) -> None:
        """Move the rules into a new map when there are more of them: a map gives none back."""
        old = self._app.url_map
        _refill(old.converters, self._converters)
        if len(list(old.iter_rules())) == len(self._rules):
            return
        fresh = type(old)(host_matching=old.host_matching)
        vars(fresh).update((k, v) for k, v in vars(old).items() if not k.startswith("_"))
        fresh.merge_slashes = old.merge_slashes
        for rule in self._rules:
            vars(rule)["map"] = None  # the same rule: a copy would lose what Flask wrote on it
            fresh.add(rule)
        self._app.url_map = fresh

    def _restore_listeners(self) -> None:
        for signal, before in zip(_SIGNALS, self._listeners, strict=True):
            for listener in list(signal.receivers_for(self._app)):
                if listener not in before:
                    signal.disconnect(listener, self._app)


def abandon(extension: Member, app: Flask, error: BaseException) -> None:
    """Let an extension free what it opened; a failure of that becomes a note on the first error.

    :param error: why the extension is abandoned.
    """
    try:
        extension.abandon(app)
    except BaseException as second:
        error.add_note(f"{extension.name!r} could not be abandoned ({describe_error(second)}).")


def _walk(container: Any, depth: int) -> Iterator[tuple[Any, Any]]:
    """Yield each container in a container, itself first, with a copy of what it contains."""
    kind = next((k for k in (dict, list, set) if issubclass(type(container), k)), None)
    if kind is None or not depth:
        return
    content = kind(container)
    yield container, content
    if isinstance(content, dict):
        for value in content.values():
            yield from _walk(value, depth - 1)


def _refill(container: Any, content: Any) -> None:
    """Make a container hold what it held; it stays the same object."""
    container.clear()
    (container.extend if isinstance(content, list) else container.update)(content)
