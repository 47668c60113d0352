"""Distributions of the tests' own, laid out as an installer would."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that installs a distribution with one extension or more."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, entries: str, /, **modules: str) -> None:
        info = tmp_path / f"{name}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[stack.extensions]\n{entries}\n")
        for module, source in modules.items():
            (tmp_path / f"{module}.py").write_text(source)
            monkeypatch.delitem(sys.modules, module, raising=False)

    return install


@pytest.fixture
def bare() -> Flask:
    """An application that nothing is on yet, with a secret key."""
    app = Flask("bare", root_path="/nonexistent", instance_path="/nonexistent")
    app.config["SECRET_KEY"] = "0123456789abcdef-of-the-tests"
    return app
