"""The runner of the upstream suites holds outcomes against its list in both directions."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RUN = Path(__file__).with_name("run.py")
SUITE = {"known": [{"tests": ["b", "c"], "sqlalchemy": ["2.1"], "reason": "why"}]}


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch) -> dict[str, Callable[..., Any]]:
    """The functions of the script."""
    monkeypatch.syspath_prepend(str(RUN.parent))
    return runpy.run_path(str(RUN))


def complaints(runner: dict[str, Callable[..., Any]], **outcomes: str) -> list[str]:
    """Return what is wrong with some outcomes."""
    return list(runner["complain"](outcomes, runner["find_known"](SUITE, "2.1")))


def test_as_listed_is_fine(runner: dict[str, Callable[..., Any]]) -> None:
    """Listed tests fail, by an error too, and the others pass."""
    assert complaints(runner, a="passed", b="failed", c="error") == []


def test_unlisted_failure_is_a_complaint(runner: dict[str, Callable[..., Any]]) -> None:
    """A failure that nobody explained fails the run."""
    assert complaints(runner, a="failed", b="failed", c="failed") == ["failed and not listed: a"]


def test_listed_test_that_passes_is_a_complaint(runner: dict[str, Callable[..., Any]]) -> None:
    """The list cannot go stale, neither by a repair nor by a rename."""
    assert complaints(runner, a="passed", b="passed", c="failed") == ["listed and passed: b"]
    assert complaints(runner, b="failed") == ["listed and not run: c"]


def test_list_holds_for_its_version_only(runner: dict[str, Callable[..., Any]]) -> None:
    """What is listed for SQLAlchemy 2.1 is not excused on 2.0."""
    assert runner["find_known"](SUITE, "2.0.36") == {}
    assert set(runner["find_known"](SUITE, "2.1.9")) == {"b", "c"}


def test_worse_than_theirs_is_a_complaint(runner: dict[str, Callable[..., Any]]) -> None:
    """What passes with theirs may not fail with ours, listed or not."""
    worse = runner["complain_worse"]({"b": "failed", "d": "failed"}, {"b": "passed", "d": "error"})
    assert list(worse) == ["passes with theirs, failed with ours: b"]
