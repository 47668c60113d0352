"""The rules of the protocol, one test for each."""

from __future__ import annotations

from flask import Flask
from stack_core.access import find_access
from stack_testing.conformance import ExtensionContract

from doorkeeper import Doorkeeper, Person


class TestConformance(ExtensionContract):
    """It does what an application may expect of every extension."""

    def make_extension(self) -> Doorkeeper:
        """Return it, on no application yet."""
        return Doorkeeper(Person("reader", "Reader", ""))

    def use_extension(self, app: Flask) -> None:
        """Use it within a request."""
        assert not find_access(app).allows("hat.read")
