"""The documents, judged by other people's tools."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openapi_spec_validator import validate

from stack_rest.document.serving import write_json
from stack_rest.document.yaml_text import write_yaml

pytestmark = pytest.mark.node

Judge = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(params=["json", "yaml"])
def file(request: pytest.FixtureRequest, document: dict[str, Any], tmp_path: Path) -> Path:
    """The document in each format."""
    write = write_json if request.param == "json" else write_yaml
    file = tmp_path / f"openapi.{request.param}"
    file.write_text(write(document), "utf-8")
    return file


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Run one of the tools that npm has installed; nothing is told to their makers."""
    folder = os.environ.get("STACK_NODE_MODULES", "")
    if not folder:
        pytest.fail("'STACK_NODE_MODULES' is not set. Run nox -s api, which sets it.")
    quiet = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}

    def judge(tool: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(Path(folder) / ".bin" / tool), *arguments]
        env = {**os.environ, **quiet, "HOME": str(tmp_path)}
        return subprocess.run(
            command, cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )

    return judge


def test_validator_finds_nothing(document: dict[str, Any]) -> None:
    """It is OpenAPI 3.1 by the rules of the specification."""
    validate(document)


def test_redocly_finds_nothing(judge: Judge, file: Path) -> None:
    """Redocly has no error; its only warning is that we do not know the interface's licence."""
    done = judge("redocly", "lint", file.name, "--format=json")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout[done.stdout.index("{") :])
    assert {each["ruleId"] for each in found["problems"]} == {"info-license"}


def test_spectral_finds_nothing(judge: Judge, file: Path, tmp_path: Path) -> None:
    """Spectral has no error; its only warning is that we do not know whom to ask."""
    (tmp_path / "rules.yaml").write_text('extends: ["spectral:oas"]\n')
    done = judge("spectral", "lint", file.name, "--ruleset=rules.yaml", "--format=json", "--quiet")
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(done.stdout[: done.stdout.rindex("]") + 1])
    assert {each["code"] for each in found} == {"info-contact"}
