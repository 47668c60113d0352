"""An application for each test, its instance folder in a temporary one."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from flask.cli import FlaskGroup


@pytest.fixture
def app(tmp_path: Path) -> Flask:
    return Flask(
        "core_under_test", instance_path=str(tmp_path / "instance"), root_path=str(tmp_path)
    )


@pytest.fixture
def flask_cli(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Run the real ``flask`` command, with all entry points, on this application."""
    monkeypatch.setenv("FLASK_RUN_FROM_CLI", "true")  # Flask sets it and leaves it

    def run(*args: str, make: Callable[[], Flask] | None = lambda: app) -> Result:
        return CliRunner().invoke(FlaskGroup(create_app=make, set_debug_flag=False), args)

    return run
