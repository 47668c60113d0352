"""Slots, offers, sweeping."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from click.testing import Result
from flask import Flask

from stack_core import Extension, NoSettings, Registry, Slot, SlotTaken, sweep_now_and_then


class Mailer:
    pass


MAILER: Slot[Mailer] = Slot("mailer")


def test_slot_has_one_owner() -> None:
    """A second claim names both."""
    registry = Registry()
    first = Mailer()
    assert registry.find(MAILER) is None
    registry.claim(MAILER, first, owner="post")
    with pytest.raises(
        SlotTaken, match="'pigeon' claims the mailer of this application, which 'post' has"
    ):
        registry.claim(MAILER, Mailer(), owner="pigeon")
    assert registry.find(MAILER) is first


def test_offers_come_in_order() -> None:
    """Many may offer; all are found."""
    registry = Registry()
    given = [Mailer(), Mailer()]
    for each in given:
        registry.offer(MAILER, each)
    assert list(registry.offers(MAILER)) == given
    assert registry.offers(Slot[Mailer]("mailer")) == ()


def test_failed_setup_gives_the_slot_back(app: Flask) -> None:
    """What a failing extension claimed and offered is free again."""

    class Greedy(Extension[NoSettings, None]):
        name = "greedy"

        def attach(self, app: Flask, state: None) -> None:
            Registry.of(app).claim(MAILER, Mailer(), owner=self.name)
            Registry.of(app).offer(MAILER, Mailer())
            raise OSError("too much")

    registry = Registry.of(app)
    with pytest.raises(OSError, match="too much"):
        Greedy().init_app(app)
    assert Registry.of(app) is registry
    assert registry.find(MAILER) is None
    assert registry.offers(MAILER) == ()
    assert list(registry) == []


class Bin(Extension[NoSettings, list[int]]):
    name = "bin"

    def build(self, app: Flask, settings: NoSettings) -> list[int]:
        return list(range(300))

    def sweep(self, app: Flask, limit: int) -> int:
        state = Bin.of(app)
        gone = min(limit, len(state))
        del state[:gone]
        return gone


def test_one_write_in_a_hundred_sweeps(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write sweeps a bounded number now and then."""
    Bin().init_app(app)
    rolls = iter([0.5, 0.01, 0.009])
    monkeypatch.setattr(random, "random", lambda: next(rolls))
    sweep_now_and_then(app)
    sweep_now_and_then(app)
    assert len(Bin.of(app)) == 300
    sweep_now_and_then(app)
    assert len(Bin.of(app)) == 200


def test_cli_sweeps_within_its_limit(app: Flask, flask_cli: Callable[..., Result]) -> None:
    """flask stack sweep says how many went."""
    Bin().init_app(app)
    result = flask_cli("stack", "sweep", "--limit", "120")
    assert (result.exit_code, result.output) == (0, "stack: 0\nbin: 120\n")
    assert len(Bin.of(app)) == 180


class Jammed(Extension[NoSettings, None]):
    name = "jammed"

    def sweep(self, app: Flask, limit: int) -> int:
        raise OSError("no answer from pg://me:hunter2@host")


def test_failed_sweep_does_not_hurt_the_write(
    app: Flask, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The write that swept is done; the failure is logged and the others are swept."""
    Jammed().init_app(app)
    Bin().init_app(app)
    monkeypatch.setattr(random, "random", lambda: 0.0)
    sweep_now_and_then(app)
    assert len(Bin.of(app)) == 200
    assert "jammed is not swept: OSError" in caplog.text
    assert "hunter2" not in caplog.text


def test_cli_sweeps_past_a_failure(app: Flask, flask_cli: Callable[..., Result]) -> None:
    """One that fails is named, is exit 1, and keeps nobody else from it."""
    Jammed().init_app(app)
    Bin().init_app(app)
    result = flask_cli("stack", "sweep")
    assert result.exit_code == 1
    assert "bin: 300\n" in result.output
    assert "jammed: failed (OSError: no answer from pg://me:********@host)\n" in result.output


@pytest.mark.parametrize("limit", ["0", "-1", "x", str(10**21)])
def test_cli_refuses_a_wrong_limit(
    app: Flask, flask_cli: Callable[..., Result], limit: str
) -> None:
    """A wrong limit is a usage error that names it."""
    Bin().init_app(app)
    result = flask_cli("stack", "sweep", "--limit", limit)
    assert result.exit_code == 2
    assert "'--limit'" in result.output
    assert "Traceback" not in result.output
