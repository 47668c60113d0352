"""An application for each test, its instance folder in a temporary one, and who uses it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Access, Identity
from stack_core.description import Description
from stack_core.filter import TRUE, Filter
from stack_core.problem import Denied, Problem


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return Flask(
        "core_under_test", instance_path=str(tmp_path / "instance"), root_path=str(tmp_path)
    )


@pytest.fixture
def flask_cli(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the real ``flask`` command, with all entry points, on this application."""
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")  # Flask sets it and leaves it

    def run(*args: str, make: Callable[[], Flask] | None = lambda: app) -> Result:
        return CliRunner().invoke(FlaskGroup(create_app=make, set_debug_flag=False), args)

    return run


class Person(msgspec.Struct, frozen=True):
    """Somebody, and what they may do."""

    identity: Identity
    permissions: frozenset[str] = frozenset()
    scopes: Mapping[str, Filter] = {}
    hides: Mapping[str, Collection[str]] = {}

    def allows(self, permission: str) -> bool:
        return permission in self.permissions

    def scope(self, permission: str, description: Description) -> Filter:
        assert permission in self.permissions
        return self.scopes.get(permission, TRUE)

    def hidden(self, permission: str, description: Description) -> Collection[str]:
        assert permission in self.permissions
        return self.hides.get(permission, ())

    def refusal(self, permission: str) -> Problem:
        if self.identity == NOBODY:
            return Problem("Sign in.", status=401)
        return Denied(f"You lack {permission}.")


class Door:
    """Says who asks; counts how often it was asked."""

    def __init__(self) -> None:
        self.person: Access = Person(NOBODY)
        self.asked = 0

    def access(self) -> Access:
        self.asked += 1
        return self.person


@pytest.fixture
def door(app: Flask) -> Door:
    door = Door()
    Registry.of(app).claim(ACCESS, door, owner="test")
    return door


@pytest.fixture
def sign_in(door: Door) -> Callable[..., None]:
    """Let somebody in who has the permissions that are named."""

    def sign_in(
        *permissions: str, scopes: Any = None, hides: Any = None, key: str = "ann"
    ) -> None:
        identity = Identity(key, key.title()) if key else NOBODY
        door.person = Person(identity, frozenset(permissions), scopes or {}, hides or {})

    return sign_in
