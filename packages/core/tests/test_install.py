"""Installing a whole set."""

from __future__ import annotations

from typing import ClassVar

import pytest
from flask import Flask

from stack_core import Extension, NoSettings, Registry, install


class First(Extension[NoSettings, bool]):
    name = "first"
    abandoned: ClassVar[list[str]] = []

    def build(self, app: Flask, settings: NoSettings) -> bool:
        return Registry.of(app).composed

    def abandon(self, app: Flask) -> None:
        self.abandoned.append("first")


class Last(Extension[NoSettings, None]):
    name = "last"

    def attach(self, app: Flask, state: None) -> None:
        raise OSError("full")


class Plain:
    """A stranger's extension: init_app and nothing else."""

    def init_app(self, app: Flask) -> None:
        app.extensions["plain"] = self


@pytest.fixture
def keyed(app: Flask) -> Flask:
    app.config["SECRET_KEY"] = "0123456789abcdef0123"
    return app


def test_members_know_that_they_are_composed(keyed: Flask) -> None:
    """Embedded defaults hold only where a Stack composes the application."""
    install(keyed, [First(), Plain()])
    assert First.of(keyed) is True
    assert "plain" in keyed.extensions
    bare = Flask("bare")
    First().init_app(bare)
    assert First.of(bare) is False


def test_failure_abandons_those_before(keyed: Flask) -> None:
    """When the last one fails, the first ones are freed and the application is as it was."""
    with pytest.raises(OSError, match="full"):
        install(keyed, [First(), Plain(), Last()])
    assert First.abandoned.pop() == "first"
    assert keyed.extensions == {}
    assert not keyed.blueprints
    install(keyed, [First()])


def test_second_install_is_refused(keyed: Flask) -> None:
    """A set is installed once on an application, which goes on working."""
    install(keyed, [First()])
    with pytest.raises(RuntimeError, match="composed already"):
        install(keyed, [])
    assert keyed.test_client().get("/readyz").status_code == 200
