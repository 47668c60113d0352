"""An application with typed functions, made anew for each test."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from stack_rest import Rest

KEY = "a-key-that-is-good-enough-1234567890"


class Service:
    """One application: functions are declared on ``rest`` before the first request."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.rest = Rest()
        self.app = Flask("service")
        self.app.config.from_mapping({"SECRET_KEY": KEY, "TESTING": True, **config})
        self._started = False

    def start(self) -> None:
        """Put the extension on the application."""
        if not self._started:
            self.rest.init_app(self.app)
            self._started = True

    def client(self) -> Any:
        self.start()
        return self.app.test_client()

    def send(self, body: bytes, path: str = "/api/it") -> Any:
        """Post bytes as JSON."""
        return self.client().post(path, data=body, content_type="application/json")

    def errors(self, body: bytes) -> dict[str, str]:
        """Return what is wrong with a body by pointers."""
        answer = self.send(body)
        assert answer.status_code == 422, answer.text
        return {each["pointer"]: each["detail"] for each in answer.json["errors"]}


@pytest.fixture
def make() -> Callable[..., Service]:
    """Make an application with the given settings."""
    return lambda **config: Service(config)


@pytest.fixture
def service(make: Callable[..., Service]) -> Service:
    """Make an application with the settings of a test."""
    return make()
