"""The hook of pre-commit and the action of GitHub, run as those run them."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from workspace import ROOT

FOLDER = ROOT / "packages" / "doctor"
ACTION: Mapping[str, Any] = yaml.safe_load((FOLDER / "action.yml").read_text("utf-8"))
BROKEN = "flask-login==0.6.2\nwerkzeug==3.0.0\n"


def run_step(
    number: int, folder: Path, temporary: Path, **inputs: str
) -> subprocess.CompletedProcess[str]:
    """Run a step of the action as a runner does, with inputs and their defaults."""
    step = ACTION["runs"]["steps"][number]
    values = {name: each["default"] for name, each in ACTION["inputs"].items()}
    values |= {name.replace("_", "-"): value for name, value in inputs.items()}

    def fill(text: str) -> str:
        for name, value in values.items():
            text = text.replace("${{ inputs." + name + " }}", value)
        assert "${{" not in text
        return text

    told = {key: fill(value) for key, value in step.get("env", {}).items()}
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder / fill(step.get("working-directory", ".")),
        env={
            **os.environ,
            **told,
            "RUNNER_TEMP": str(temporary),
            "GITHUB_ACTION_PATH": str(FOLDER),
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        },
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def temporary(tmp_path: Path) -> Path:
    """Return the runner's folder with our own doctor in the place of an installed one."""
    place = tmp_path / "temporary" / "stack-doctor" / "bin"
    place.mkdir(parents=True)
    (place / "stack").symlink_to(Path(sys.executable).parent / "stack")
    return tmp_path / "temporary"


def test_action_puts_no_input_into_its_script() -> None:
    """What somebody else may write, such as a branch's name, is never a part of the script."""
    assert all("${{" not in step["run"] for step in ACTION["runs"]["steps"])
    assert ACTION["runs"]["using"] == "composite"


def test_action_annotates_and_fails(tmp_path: Path, temporary: Path) -> None:
    """A finding is an annotation, and the step fails with it."""
    (tmp_path / "requirements.txt").write_text(BROKEN)
    (tmp_path / "more.txt").write_text("flask==3.1.2\n")
    lock = "requirements.txt\nmore.txt\n"
    done = run_step(1, tmp_path, temporary, lock=lock)
    assert (done.returncode, done.stderr) == (1, "")
    assert "::error title=login-url_decode,file=requirements.txt,line=1::" in done.stdout
    ignored = 'login-url_decode=it\'s "known" $(exit 3)\n'
    done = run_step(1, tmp_path, temporary, lock=lock, ignore=ignored)
    assert (done.returncode, done.stderr) == (0, "")


def test_action_judges_the_python_of_the_job(tmp_path: Path, temporary: Path) -> None:
    """Without an input it is what ``python`` is there, in the folder that is named."""
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "flask.py").write_text("")
    done = run_step(1, tmp_path, temporary, strict="true", working_directory="shop")
    assert done.returncode == 1
    assert "::error title=shadowed%3Aflask,file=flask.py,line=1::" in done.stdout


@pytest.mark.incompat
def test_action_installs_the_doctor(tmp_path: Path) -> None:
    """From its own folder, so that no name on an index is needed for it."""
    (tmp_path / "requirements.txt").write_text(BROKEN)
    done = run_step(0, tmp_path, tmp_path)
    assert done.returncode == 0, done.stderr
    done = run_step(1, tmp_path, tmp_path, lock="requirements.txt")
    assert (done.returncode, "login-url_decode" in done.stdout) == (1, True)


@pytest.fixture(scope="module")
def pre_commit(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Install pre-commit in an environment of its own."""
    venv = tmp_path_factory.mktemp("pre-commit") / "venv"
    uv = shutil.which("uv")
    assert uv, "uv is needed. Run: python tooling/run.py incompat"
    subprocess.run([uv, "venv", "-q", f"--python={sys.executable}", str(venv)], check=True)
    install = [uv, "pip", "install", "-q", f"--python={venv}/bin/python", "pre-commit"]
    subprocess.run(install, check=True)
    return venv / "bin" / "pre-commit"


@pytest.mark.incompat
@pytest.mark.parametrize(
    ("text", "status"), [(BROKEN, 1), ("flask-login==0.6.3\nwerkzeug==3.0.0\n", 0)]
)
def test_hook_runs_the_doctor_on_what_is_committed(
    tmp_path: Path, pre_commit: Path, text: str, status: int
) -> None:
    """pre-commit clones this repository, installs it and hands over the files that match."""
    hidden = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@b"}
    committer = {"GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@b"}
    environment = {**os.environ, **hidden, **committer, "PRE_COMMIT_HOME": str(tmp_path / "home")}
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "requirements-dev.txt").write_text(text)
    for command in (["git", "init", "-q"], ["git", "add", "."]):
        subprocess.run(command, cwd=shop, env=environment, check=True)
    done = subprocess.run(
        [str(pre_commit), "try-repo", str(ROOT), "stack-doctor", "--all-files", "--verbose"],
        cwd=shop, env=environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == status, done.stdout + done.stderr
    assert "requirements-dev.txt: Python" in done.stdout
    assert ("login-url_decode" in done.stdout) is bool(status)
