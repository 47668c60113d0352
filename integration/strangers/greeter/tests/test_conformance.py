"""The rules of the protocol, one test for each."""

from __future__ import annotations

from collections.abc import Mapping
from threading import Lock
from typing import Any, ClassVar

from flask import Flask
from stack_db import Database
from stack_testing.conformance import ExtensionContract

from greeter import Greeter

MAKING = Lock()
"""For the tables, as the rules also use it from several threads."""


class TestConformance(ExtensionContract):
    """It does what an application may expect of every extension."""

    settings: ClassVar[Mapping[str, Any]] = {"SQLALCHEMY_DATABASE_URI": "sqlite:///app.db"}

    def make_extension(self) -> Greeter:
        """Return it, on no application yet."""
        return Greeter()

    def make_others(self) -> list[Database]:
        """Return what it requires."""
        return [Database()]

    def use_extension(self, app: Flask) -> None:
        """Use it within a request."""
        with MAKING:
            app.extensions["sqlalchemy"].create_all()
        Greeter.of(app).entries.add("an entry of the rules")
        assert Greeter.of(app).entries.visible()
