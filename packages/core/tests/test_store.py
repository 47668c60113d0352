"""Where stores are found, and what is told of changes."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from flask import Flask

from stack_core import Registry
from stack_core.event import Change, changed, tell_changed
from stack_core.store import STORES, describe, store_for


class Kept:
    """A class that is kept."""


class Lost:
    """A class that nobody keeps."""


class Shelf:
    """A store as far as it must be found."""

    description = "what it looks like"

    def page(self) -> None: ...


class Provider:
    """Keeps one thing."""

    def __init__(self, *things: object) -> None:
        self.things, self.store = things, Shelf()

    def find_store(self, thing: object) -> Any:
        return self.store if thing in self.things else None


def test_store_is_found(app: Flask) -> None:
    """Who keeps a class or a word is asked in the order of the offers; a store is itself."""
    first, second = Provider("car"), Provider(Kept, "car")
    for provider in (first, second):
        Registry.of(app).offer(STORES, provider)
    own: Any = Shelf()
    assert store_for(app, Kept) is second.store
    assert store_for(app, "car") is first.store
    assert store_for(app, own) is own
    assert describe(app, Kept) == Shelf.description


@pytest.mark.parametrize("thing", [Lost, "lost", 7])
def test_nobody_keeps_it(app: Flask, thing: Any) -> None:
    """The error names the thing and says what to do, with stores on the application or none."""
    shown = "test_store.Lost" if thing is Lost else repr(thing)
    with pytest.raises(LookupError, match=f"keeps .*{shown}, for it has no stores. Init"):
        store_for(app, thing)
    Registry.of(app).offer(STORES, Provider(Kept))
    with pytest.raises(LookupError, match=f"keeps .*{shown}. Give a class that is mapped"):
        store_for(app, thing)


def test_receiver_that_fails(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    """A receiver of 'changed' that raises is logged; others hear of the change too (S33)."""
    heard: list[Change] = []

    def fail(sender: Flask, change: Change) -> None:
        raise RuntimeError("no mail")

    def hear(sender: Flask, change: Change) -> None:
        heard.append(change)

    change = Change(kind="book", action="create", key=1, request_id="r-1")
    caplog.set_level(logging.ERROR)
    with changed.connected_to(fail, app), changed.connected_to(hear, app):
        tell_changed(app, change)
    tell_changed(app, change)
    assert heard == [change]
    assert "request r-1" in caplog.text
    assert "no mail" in caplog.text


def test_other_application_hears_nothing(app: Flask) -> None:
    """A change is told to the receivers of its own application."""
    heard: list[Any] = []

    def hear(sender: Flask, change: Change) -> None:
        heard.append(sender)

    with changed.connected_to(hear, app):
        tell_changed(Flask("other"), Change(kind="book", action="create", key=1))
    assert heard == []
