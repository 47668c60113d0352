"""What an installer makes of the constraints: it refuses what fails, and nothing that works."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from stack_doctor import main

pytestmark = pytest.mark.incompat

#: Requests that make a resolver go back to a release that installs and fails.
BACKTRACKS = [
    ("flask-restx<1.3", "flask>=3"),
    ("flask-session<0.5", "flask>=3"),
    ("flask-security-too<5.1", "flask>=3"),
    ("flask-jwt", "flask>=3"),
]
HEALTHY = [
    ("flask", "flask-login", "flask-wtf", "flask-admin", "flask-sqlalchemy", "flask-migrate"),
    ("flask-security", "flask-babel", "flask-limiter", "flask-session", "libpass", "bcrypt"),
    ("flask-smorest", "flask-restx", "flask-jwt-extended", "flask-marshmallow", "passlib"),
]


@pytest.fixture(scope="module")
def constraints(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Write the constraints for the Python that runs this."""
    file = tmp_path_factory.mktemp("constraints") / "constraints.txt"
    assert main(["constraints", "--output", str(file)]) == 0
    return file


def resolve(
    folder: Path, lines: tuple[str, ...], *options: str
) -> subprocess.CompletedProcess[str]:
    """Resolve requirements as an installer does."""
    uv = shutil.which("uv")
    assert uv, "uv is needed. Run: python tooling/run.py incompat"
    (folder / "requirements.in").write_text("\n".join(lines))
    command = [uv, "pip", "compile", "--quiet", "--no-config", "requirements.in", *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize("lines", BACKTRACKS, ids=str)
def test_backtrack_is_refused(tmp_path: Path, constraints: Path, lines: tuple[str, ...]) -> None:
    """Without the constraints it resolves, to what fails; with them it says that it cannot."""
    assert resolve(tmp_path, lines).returncode == 0
    refused = resolve(tmp_path, lines, "-c", str(constraints))
    assert refused.returncode != 0
    assert "No solution found" in refused.stderr


@pytest.mark.parametrize("lines", HEALTHY, ids=str)
def test_healthy_set_is_not_forbidden(
    tmp_path: Path, constraints: Path, lines: tuple[str, ...]
) -> None:
    """What works together resolves as before."""
    done = resolve(tmp_path, lines, "-c", str(constraints))
    assert done.returncode == 0, done.stderr
