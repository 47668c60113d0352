"""An interface of hand-made operations, and people who say who they are in a header."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Identity
from stack_core.description import Description
from stack_core.filter import FALSE, Filter
from stack_core.problem import Denied, Problem
from stack_rest import Rest, RestState
from stack_rest.operation.operation import PUBLIC, Contract, Operation

KEY = "a-key-that-is-good-enough-1234567890"


class Person:
    """Whoever is named may do what needs no permission."""

    def __init__(self, name: str, kind: Any) -> None:
        self.identity = Identity(name, kind=kind) if name else NOBODY

    def allows(self, permission: str) -> bool:
        return False

    def scope(self, permission: str, description: Description) -> Filter:
        return FALSE

    def hidden(self, permission: str, description: Description) -> tuple[str, ...]:
        return ()

    def refusal(self, permission: str) -> Problem:
        return Denied("You may not.", status=401 if self.identity == NOBODY else 403)


class People:
    """Takes everybody by their word."""

    def access(self) -> Person:
        name = request.headers.get("X-Person", request.cookies.get("person", ""))
        if name == "liar":
            raise Denied("This is nobody.", status=401)
        return Person(name, request.headers.get("X-Kind", "person"))


class Interface:
    """One application under test.

    :param add: serves a function under the prefix.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self.app = Flask("interface")
        self.app.config.from_mapping({"SECRET_KEY": KEY, **config})
        Rest().init_app(self.app)
        Registry.of(self.app).claim(ACCESS, People(), owner="people")
        self.state: RestState = Rest.of(self.app)

    def add(self, name: str, run: Callable[..., Any], method: str = "GET", **more: Any) -> None:
        more = {"need": PUBLIC, **more}
        self.state.add(
            Operation(
                name=name,
                method=method,
                rule=more.pop("rule", f"/{name}"),
                run=run,
                find_contract=lambda: Contract(summary=name),
                **more,
            )
        )

    def client(self) -> Any:
        return self.app.test_client()


@pytest.fixture
def make() -> Callable[..., Interface]:
    """Make an application with an interface and the given settings."""
    return lambda **config: Interface(config)
