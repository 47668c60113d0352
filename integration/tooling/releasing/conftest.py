"""Small repositories with packages of their own, in which waves are planned and made."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from launch import ROOT
from releasing.apply import apply
from releasing.index import Index
from releasing.record import Release
from releasing.wave import plan

PROJECT = """\
[project]
name = "{name}"
version = "0.1.0"
dependencies = [
{lines}]

[build-system]
requires = ["uv_build>=0.13,<0.14"]
build-backend = "uv_build"
"""
WORKSPACE = """\
[project]
name = "toys"
version = "0"

[dependency-groups]
tests = ["pytest", "pytest-xdist"]

[tool.pytest.ini_options]
filterwarnings = ["error"]
markers = ["services", "browser", "node", "fuzz", "slow"]
"""
PERSON = {"user.name": "toy", "user.email": "toy@example.org", "commit.gpgsign": "false"}
DATE = "2026-12-01"


class Repository:
    """A repository with ``packages``, like ours and small.

    :param root: its folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        for key, value in PERSON.items():
            self.git("config", key, value)
        self.write("pyproject.toml", WORKSPACE)
        locked = (ROOT / "tooling" / "locked.txt").read_text("utf-8")
        self.write("tooling/locked.txt", locked)
        self.write("conftest.py", "")

    def git(self, *arguments: str) -> str:
        """Run git."""
        done = subprocess.run(
            ["git", *arguments], cwd=self.root, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    def write(self, name: str, text: str) -> None:
        """Write a file."""
        file = self.root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")

    def read(self, name: str) -> str:
        """Read a file."""
        return (self.root / name).read_text("utf-8")

    def add_package(self, name: str, *lines: str, extras: str = "") -> None:
        """Add a package with lines of requirements as they are written, and one fragment."""
        distribution = "stack" if name == "stack" else f"stack-{name}"
        written = "".join(f"    {line}\n" for line in lines)
        text = PROJECT.format(name=distribution, lines=written)
        self.write(f"packages/{name}/pyproject.toml", text + extras)
        module = distribution.replace("-", "_")
        self.write(f"packages/{name}/src/{module}/__init__.py", f'"""{name}."""\n\nanswer = 41\n')
        self.write(f"packages/{name}/CHANGELOG.md", f"# Changelog of {distribution}\n")
        self.tell(name, "added", "It is there.")

    def tell(self, name: str, kind: str, text: str) -> None:
        """Add a fragment."""
        self.write(f"packages/{name}/changes/{kind}-it.{kind}.md", f"{text}\n")

    def commit(self, message: str = "Change") -> None:
        """Commit everything."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repository:
    """Core, and db that asks for it; nothing is released."""
    for name in [name for name in os.environ if name.startswith("GIT_")]:
        monkeypatch.delenv(name)
    made = Repository(tmp_path / "repository")
    made.add_package("core")
    made.add_package("db", '"stack-core>=0.1,<0.2",')
    made.commit("Begin")
    return made


def release(repository: Repository, *names: str) -> list[Release]:
    """Commit what there is and make the wave."""
    if repository.git("status", "--porcelain"):
        repository.commit()
    return apply(plan(names, repository.root), DATE, repository.root)


def change(repository: Repository, package: str, text: str, kind: str = "added") -> None:
    """Change a module and tell it."""
    repository.write(f"packages/{package}/src/stack_{package}/__init__.py", text)
    repository.tell(package, kind, "It is new.")
    repository.commit()


@pytest.fixture
def index(tmp_path: Path) -> Index:
    """An index that is not there yet."""
    return Index(tmp_path / "index")
