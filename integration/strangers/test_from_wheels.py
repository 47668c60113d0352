"""The strangers as wheels, installed beside ours where nothing else of the checkout is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from wheels import LOCKED, build, find_wheels, run
from workspace import ROOT, groups

HERE = Path(__file__).parent
STRANGERS = ("doorkeeper", "greeter")

pytestmark = pytest.mark.slow


def read_group(name: str) -> list[str]:
    """Return what the tests of a stranger need, as its metadata say."""
    content = tomllib.loads((HERE / name / "pyproject.toml").read_text("utf-8"))
    return [line for line in content["dependency-groups"]["tests"] if isinstance(line, str)]


def test_strangers_pass_their_tests_from_wheels(tmp_path: Path) -> None:
    """Each passes its own tests and conforms, in one fresh environment of wheels only."""
    ours, theirs = tmp_path / "ours", tmp_path / "theirs"
    build(ROOT, ours, "--wheel")
    for name in STRANGERS:
        run("uv", "build", "--wheel", "--quiet", f"--build-constraints={LOCKED}",
            f"--out-dir={theirs}", str(HERE / name))  # fmt: skip
    files = {**find_wheels(ours), **find_wheels(theirs)}
    others = {line for name in STRANGERS for line in read_group(name)}
    others = {line for line in others if not line.startswith("stack")}
    venv = tmp_path / "venv"
    run("uv", "venv", "--quiet", f"--python={sys.executable}", str(venv))
    python = venv / "bin" / "python"
    wanted = [*map(str, files.values()), *sorted(others)]
    run("uv", "pip", "install", "--quiet", "--no-sources", f"--python={python}",
        f"--constraint={LOCKED}", *wanted, cwd=venv)  # fmt: skip
    run("uv", "pip", "check", "--quiet", f"--python={python}", cwd=venv)
    for name in STRANGERS:
        place = tmp_path / name
        shutil.copytree(HERE / name / "tests", place / "tests")
        shutil.copy(HERE / name / "pyproject.toml", place)
        where = run(str(python), "-c", f"import {name}; print({name}.__file__)", cwd=place)
        assert Path(where).is_relative_to(venv)
        kept = {key: os.environ[key] for key in ("LANG", "TMPDIR") if key in os.environ}
        done = subprocess.run(
            [str(python), "-m", "pytest", "-q", "-p", "no:cacheprovider"],
            cwd=place,
            env={**kept, "PATH": os.defpath, "HOME": str(tmp_path)},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", STRANGERS)
def test_strangers_know_floors_and_no_caps(name: str) -> None:
    """Nobody is locked in by a stranger, and its layout is that of a new extension."""
    project = tomllib.loads((HERE / name / "pyproject.toml").read_text("utf-8"))["project"]
    assert not [line for line in project["dependencies"] if "<" in line or ">=" not in line]
    assert project["entry-points"]["stack.extensions"] == {name: f"{name}:{name.capitalize()}"}
    layout = ["src", "tests", "docs/index.md", "README.md", "CHANGELOG.md", "LICENSE"]
    layout += [f"src/{name}/{file}" for file in ("_extension.py", "settings.py", "py.typed")]
    layout += ["tests/test_conformance.py", ".github/workflows/tests.yml"]
    assert not [each for each in layout if not (HERE / name / each).exists()]
    assert name not in " ".join(line for lines in groups().values() for line in lines)
