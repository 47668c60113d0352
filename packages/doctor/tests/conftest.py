"""Distributions of the tests' own, laid out as an installer would."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from laying import Laid, Verdict, lay, run

Install = Callable[..., Path]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Return a function that lays out a distribution with commands and puts it on the path."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(name: str, entries: str, /, version: str = "1.0", **modules: str) -> Path:
        info = tmp_path / f"{name}-{version}.dist-info"
        info.mkdir()
        text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        (info / "METADATA").write_text(text)
        (info / "entry_points.txt").write_text(f"[stack.commands]\n{entries}\n")
        for module, source in modules.items():
            (tmp_path / f"{module}.py").write_text(source)
            monkeypatch.delitem(sys.modules, module, raising=False)
        return info

    return install


@pytest.fixture
def laid(tmp_path: Path) -> Laid:
    """Return an environment of metadata alone, beside a project's folder."""
    return lay(tmp_path)


@pytest.fixture
def judge(laid: Laid, capsys: pytest.CaptureFixture[str]) -> Callable[..., Verdict]:
    """Return a function that judges it, with further options."""
    return lambda *options: run(capsys, *laid.arguments(*options))
