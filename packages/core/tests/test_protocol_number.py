"""Which protocols this core speaks."""

from __future__ import annotations

import pytest
from flask import Flask

from stack_core import Extension, NoSettings, SetupError, protocol


class Spoken(Extension[NoSettings, None]):
    name = "spoken"


class Newer(Extension[NoSettings, None]):
    name = "newer"
    protocol = 9


def test_current_protocol_is_silent(app: Flask) -> None:
    """The current protocol needs no word."""
    Spoken().init_app(app)


def test_newer_protocol_is_refused(app: Flask) -> None:
    """A protocol of the future asks for a newer core."""
    with pytest.raises(SetupError, match="pip install --upgrade stack-core"):
        Newer().init_app(app)
    assert app.extensions == {}


def test_previous_protocol_warns(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protocol before the current one still works, with a warning at the caller's line."""
    monkeypatch.setattr(protocol, "PROTOCOL", 2)
    with pytest.warns(DeprecationWarning, match="'spoken' was written for protocol 1") as caught:
        Spoken().init_app(app)
    assert caught[0].filename == __file__


def test_old_protocol_names_the_range(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """An older protocol is refused with the range of core that speaks it."""
    monkeypatch.setattr(protocol, "PROTOCOL", 3)
    with pytest.raises(SetupError, match=r'pip install "stack-core>=0\.1,<0\.3"'):
        Spoken().init_app(app)
