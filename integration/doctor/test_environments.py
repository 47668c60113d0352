"""Environments in which ``import flask`` fails are caught, and healthy ones are left alone.

They were made for real and recorded, by ``python tooling/incompat --environments --record``; what
is judged here is their metadata, so that no network is needed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from incompat.environment import read_environments
from incompat.recording import FILE, lay_out
from laying import run

RECORDED: Mapping[str, Any] = json.loads(FILE.read_text("utf-8"))["environments"]
BROKEN = {each["id"]: each for each in read_environments("broken")}
HEALTHY = {each["id"]: each for each in read_environments("healthy")}


def flags(environment: Mapping[str, Any], folder: Path, capsys: Any) -> set[str]:
    """Return the ids of what the doctor wants mended in a recorded environment."""
    venv = lay_out(RECORDED[environment["id"]], folder)
    project = folder / "project"
    files = {"app.py": environment.get("code", "import flask"), **environment.get("project", {})}
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text)
    verdict = run(capsys, "doctor", "--python", str(venv), "--project", str(project))
    found = {name for name, each in verdict.findings.items() if each["severity"] != "info"}
    assert verdict.status == any(verdict.findings[name]["severity"] == "error" for name in found)
    return found


@pytest.mark.parametrize("environment", BROKEN.values(), ids=BROKEN)
def test_broken_environment_is_caught(
    environment: Mapping[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The finding is the one that names the guilty, and an error."""
    assert set(environment["finds"]) <= flags(environment, tmp_path, capsys)


@pytest.mark.parametrize("environment", HEALTHY.values(), ids=HEALTHY)
def test_healthy_environment_is_left_alone(
    environment: Mapping[str, Any], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Neither an error nor a warning."""
    assert flags(environment, tmp_path, capsys) == set()


def test_each_is_recorded_and_there_are_enough() -> None:
    """Twenty of each at least, most of them beyond the rows of the research."""
    assert len(BROKEN) >= 20
    assert len(HEALTHY) >= 20
    assert set(RECORDED) == {*BROKEN, *HEALTHY}
    assert all(each["finds"] for each in BROKEN.values())
    assert not any(each["finds"] for each in HEALTHY.values())
