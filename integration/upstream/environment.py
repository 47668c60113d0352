"""Environments for the upstream suites, kept between runs, and their source distributions."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tooling"))

from download import find_uv  # the tooling is no installed package
from launch import ROOT, Place

CACHE = ROOT / ".tools" / "upstream"
OURS = ("packages/core", "packages/db")


class CannotRun(Exception):
    """An environment or a suite could not be had; the message says why."""


class Environment:
    """A virtual environment with our packages and what a suite needs.

    :param python: the interpreter to build on.
    :param requirements: what to install beside our packages.
    """

    def __init__(self, python: str, requirements: Sequence[str]) -> None:
        self._python = python
        self._requirements = list(requirements)
        ours = [(ROOT / path / "pyproject.toml").read_text("utf-8") for path in OURS]
        self._key = json.dumps([python, self._requirements, ours])
        digest = hashlib.sha256(json.dumps([python, self._requirements]).encode()).hexdigest()[:12]
        self.folder = CACHE / "environments" / digest
        self.bin = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.bin / ("python.exe" if os.name == "nt" else "python")

    def build(self) -> None:
        """Make it, unless a former run did."""
        mark = self.folder / "built.json"
        if mark.is_file() and mark.read_text("utf-8") == self._key:
            return
        shutil.rmtree(self.folder, ignore_errors=True)
        local = [argument for path in OURS for argument in ("-e", str(ROOT / path))]
        uv = find_uv(Place(ROOT))
        run([uv, "venv", "-q", "--python", self._python, str(self.folder)])
        install = [uv, "pip", "install", "-q", "--python", str(self.python)]
        run([*install, *local, *self._requirements])
        mark.write_text(self._key, "utf-8")

    def version(self, distribution: str) -> str:
        """Return the version of what is installed in it."""
        code = f"import importlib.metadata as m; print(m.version({distribution!r}), end='')"
        return run([str(self.python), "-c", code])


def unpack(archive: Path, folder: Path) -> Path:
    """Unpack a source distribution and return its top folder."""
    # Python 3.11.2, Debian's, has no filters yet.
    safely: dict[str, Any] = {"filter": "data"} if hasattr(tarfile, "data_filter") else {}
    with tarfile.open(archive) as tar:
        tar.extractall(folder, **safely)
    return folder / archive.name.removesuffix(".tar.gz")


def run(command: Sequence[str]) -> str:
    """Run a command to its end and return what it printed.

    :raises CannotRun: it failed.
    """
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    if done.returncode:
        said = (done.stderr or done.stdout).strip()
        raise CannotRun(f"{' '.join(command)} failed with {done.returncode}:\n{said}")
    return done.stdout
