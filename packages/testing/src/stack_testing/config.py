"""Settings of the application under test, as pytest's ini files give them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pytest
from flask import Flask

from stack_core import Registry
from stack_core.settings import Settings, options


def read_config(lines: Iterable[str]) -> dict[str, Any]:
    """Read the lines of ``stack_config``; a value that is JSON is read as JSON.

    :raises pytest.UsageError: a line is not ``KEY=value``.
    """
    values = {}
    for line in lines:
        key, equals, text = (part.strip() for part in line.partition("="))
        if not (equals and key.isidentifier() and key.isupper()):
            raise pytest.UsageError(
                f"'stack_config' has the line {line!r}, which is not a setting."
                " Write KEY=value, the key in capitals."
            )
        values[key] = _parse(text)
    return values


def apply_config(app: Flask, values: Mapping[str, Any], address: str) -> None:
    """Set the values on an application that was built without them.

    A factory that took them has set them already. What an extension has read
    before cannot be changed afterwards, so that is refused.

    :raises pytest.UsageError: a value would come too late.
    """
    late = {key: value for key, value in values.items() if app.config.get(key) != value}
    for key, owner in _keys_in_use(app):
        if key in late:
            raise pytest.UsageError(
                f"'stack_config' sets {key!r}, but {owner!r} had read it when {address!r} was"
                " built. Name a factory that takes the settings: def create_app(test_config=None)."
            )
    app.config.update(late)


def _keys_in_use(app: Flask) -> Iterator[tuple[str, str]]:
    for name, installed in Registry.of(app).items():
        kind: type[Settings] = type(installed.settings)
        for option in options(kind, installed.extension.prefix):
            yield option.key, name


def _parse(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
