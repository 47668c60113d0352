"""A copy of the checkout, in which the two commands can be run as on a new machine."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from launch import ROOT

Done = subprocess.CompletedProcess[str]
TRACKED = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]


class Machine:
    """A new machine with a fresh clone, an empty home and nothing set.

    :param folder: Where all of it is.
    """

    def __init__(self, folder: Path) -> None:
        self.said = ""
        self.checkout = folder / "checkout"
        self.home = folder / "home"
        self.home.mkdir(parents=True)
        self.environment = {"PATH": os.defpath, "HOME": str(self.home), "LANG": "C.UTF-8"}
        listed = subprocess.run(TRACKED, cwd=ROOT, capture_output=True, text=True, check=True)
        for name in filter(None, listed.stdout.split("\0")):
            if (ROOT / name).is_file():
                (self.checkout / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy(ROOT / name, self.checkout / name)

    def run(self, *arguments: str, **variables: str) -> Done:
        """Run ``tooling/run.py`` to its end."""
        return self.python("tooling/run.py", *arguments, **variables)

    def python(self, *arguments: str, **variables: str) -> Done:
        """Run the Python of the tests in the checkout."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=self.checkout,
            env=self.environment | variables,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=300,
        )

    @contextmanager
    def running(self, *arguments: str) -> Iterator[subprocess.Popen[str]]:
        """Start ``tooling/run.py`` as from a terminal, whose Ctrl-C reaches all of it."""
        with subprocess.Popen(
            [sys.executable, "tooling/run.py", *arguments],
            cwd=self.checkout,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                yield process
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)

    def files(self) -> set[Path]:
        """All files of the checkout but compiled modules."""
        found = self.checkout.rglob("*")
        return {path for path in found if "__pycache__" not in path.parts}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A new machine for one test."""
    return Machine(tmp_path)


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """A machine for many tests, on which the demo was made once, with few flights."""
    machine = Machine(tmp_path_factory.mktemp("machine"))
    done = machine.run("demo", "--sample", "500", "--no-serve")
    assert done.returncode == 0, done.stdout + done.stderr
    machine.said = done.stdout
    return machine


@pytest.fixture(scope="session")
def offline() -> dict[str, str]:
    """What lets no program reach any index: a proxy that nobody is."""
    return dict.fromkeys(("HTTPS_PROXY", "HTTP_PROXY", "https_proxy"), "http://127.0.0.1:9")


@pytest.fixture
def untouched(machine: Machine) -> Iterator[None]:
    """Fail when the machine has another file afterwards."""
    before = machine.files()
    yield
    assert machine.files() == before
    assert list(machine.home.iterdir()) == []
