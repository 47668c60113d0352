"""Other projects' archives, and runs of their tests, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from download import Download

Run = Callable[..., str]
FLASK = Download(
    "flask==3.1.3",
    "0ef0e52b8a9cd932855379197dd8f94047b359ca0a78695144304cb45f87c9eb",
)
PYTEST_FLASK = Download(
    "pytest-flask==1.3.0",
    "c0e36e6b0fddc3b91c4362661db83fa694d1feb91fa505475be6732b5bc8c253",
)


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
