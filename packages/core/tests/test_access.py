"""Who asks: the provider, and nobody."""

from __future__ import annotations

import logging

import pytest
from flask import Flask

from stack_core import Registry
from stack_core.access import ACCESS, NOBODY, Access, Identity, find_access, find_actor
from stack_core.problem import Denied


class Own:
    """An access of an identity; it allows nothing."""

    def __init__(self, identity: Identity) -> None:
        self.identity = identity


class Provider:
    """Gives what it was made with, or raises it."""

    def __init__(self, app: Flask, answer: str | Exception) -> None:
        self.app, self.answer, self.inner = app, answer, "unasked"

    def access(self) -> Access:
        self.inner = find_actor(self.app)
        if isinstance(self.answer, Exception):
            raise self.answer
        return Own(Identity(self.answer))  # type: ignore[return-value]


def provide(app: Flask, answer: str | Exception) -> Provider:
    provider = Provider(app, answer)
    Registry.of(app).claim(ACCESS, provider, owner="test")
    return provider


def test_nobody_provides(app: Flask) -> None:
    """Without a provider whoever asks is nobody and may nothing (S25)."""
    access = find_access(app)
    assert access.identity is NOBODY
    assert not access.allows("book.read")
    assert isinstance(access.refusal("book.read"), Denied)


def test_actor_is_the_identitys_key(app: Flask) -> None:
    """Within a request the actor is the identity's key."""
    provide(app, "ann")
    with app.test_request_context():
        assert find_actor(app) == "ann"


def test_no_actor(app: Flask) -> None:
    """Outside of a request, and without a provider, there is no actor."""
    with app.test_request_context():
        assert find_actor(app) == ""
    provider = provide(app, "ann")
    assert find_actor(app) == ""
    with app.app_context():
        assert find_actor(app) == ""
    assert provider.inner == "unasked"


def test_provider_that_writes(app: Flask) -> None:
    """While access is being found out there is no actor: a provider may write too."""
    provider = provide(app, "ann")
    with app.test_request_context():
        assert find_actor(app) == "ann"
        assert provider.inner == ""
        find_access(app)
        assert provider.inner == ""
        assert find_actor(app) == "ann"


@pytest.mark.parametrize("error", [RuntimeError("no table"), Denied("No.")])
def test_provider_that_fails(
    app: Flask, error: Exception, caplog: pytest.LogCaptureFixture
) -> None:
    """A provider that raises is logged and leaves a change without an actor."""
    provide(app, error)
    with app.test_request_context(), caplog.at_level(logging.ERROR):
        assert find_actor(app) == ""
        assert "could not be found out" in caplog.text
        with pytest.raises(type(error)):
            find_access(app)
        assert find_actor(app) == ""
