"""What cannot work is said in one sentence, and leaves nothing behind."""

from __future__ import annotations

import ast
import os
import re
import socket
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from launch import ROOT

if TYPE_CHECKING:
    from .conftest import Machine

Done = subprocess.CompletedProcess[str]

pytestmark = pytest.mark.usefixtures("untouched")

PRETEND = """
import runpy, sys
sys.argv = ["run.py", "tests"]
sys.path.insert(0, "tooling")
{change}
runpy.run_path("tooling/run.py", run_name="__main__")
"""


def sentence(done: Done) -> str:
    """What a command that failed said: one line that ends like a sentence."""
    assert done.returncode not in (0, None)
    said = done.stderr.strip()
    assert len(said.splitlines()) == 1, done.stderr
    assert re.search(r"\w[.)]$|[.]$", said)
    assert "Traceback" not in said
    return said


def pretend(machine: Machine, change: str) -> str:
    """Run ``run.py`` in a Python that is not quite as this one is, and return the sentence."""
    return sentence(machine.python("-c", PRETEND.format(change=change)))


def test_run_parses_on_old_python() -> None:
    """A Python that is too old can read the file that tells it so."""
    ast.parse((ROOT / "tooling" / "run.py").read_text(), feature_version=(3, 6))


def test_old_python_is_told(machine: Machine) -> None:
    """The sentence names what is needed and what is there."""
    said = pretend(machine, "sys.version_info = (3, 10, 13)")
    assert "Python 3.11 or newer is needed" in said
    assert "3.10.13" in said


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_missing_venv_is_named(machine: Machine, module: str) -> None:
    """Debian's Python without its venv is told the package."""
    said = pretend(machine, f"sys.modules[{module!r}] = None")
    assert "apt-get install python3-venv" in said


@pytest.mark.slow
def test_no_network_is_said(machine: Machine, offline: dict[str, str]) -> None:
    """Without an index the half-made tools are gone again."""
    assert "the package index cannot be reached" in sentence(machine.run("tests", **offline))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nox==0.0.1 --hash=sha256:" + "0" * 64, "No matching distribution found for nox==0.0.1"),
        ("nox", "The tools cannot be installed"),
    ],
)
def test_tools_that_cannot_be_had_are_named(machine: Machine, text: str, words: str) -> None:
    """What pip says in the end is passed on, not all that it says."""
    (machine.checkout / "tooling" / "launch" / "tools.txt").write_text(text)
    assert words in sentence(machine.run("tests"))


def test_folder_that_is_none_is_named(machine: Machine) -> None:
    """Where the tools cannot be put, the sentence says where that is."""
    (machine.checkout / ".tools").write_text("a file")
    said = sentence(machine.run("tests"))
    (machine.checkout / ".tools").unlink()
    assert ".tools" in said


def test_folder_that_is_read_only_is_named(machine: Machine) -> None:
    """The same holds for a checkout that belongs to somebody else."""
    command = [sys.executable, "tooling/run.py", "tests"]
    if os.geteuid() == 0:
        # Root may write anywhere: take that right away.
        command = ["setpriv", "--bounding-set=-dac_override", *command]
    machine.checkout.chmod(0o555)
    done = subprocess.run(
        command, cwd=machine.checkout, env=machine.environment, capture_output=True, text=True
    )
    machine.checkout.chmod(0o755)
    assert ".tools cannot be used: Permission denied" in sentence(done)


def test_taken_port_is_said_before_anything_is_made(machine: Machine) -> None:
    """Nobody waits for a download to learn that the port is taken."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert f"Port {port} cannot be served on" in sentence(
            machine.run("demo", "--port", str(port))
        )


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["demo", "--port", "0"], "'0' is no port"),
        (["demo", "--port", "65536"], "'65536' is no port"),
        (["demo", "--port", "x"], "'x' is no port"),
        (["demo", "--", "--port", "y"], "'y' is no port"),
        (["demo", "--sample", "0"], "'0' is no number of flights"),
        (["demo", "--sampel", "9"], "--sampel"),
        (["-s", "tests"], "'-s' is no session"),
    ],
)
def test_wrong_argument_is_named(machine: Machine, arguments: list[str], words: str) -> None:
    """A wrong argument is quoted."""
    assert words in sentence(machine.run(*arguments))


def test_help_needs_no_tools(machine: Machine) -> None:
    """Who asks what there is gets it at once."""
    assert "demo" in machine.run("--help").stdout
    assert "--sample" in machine.run("demo", "--help").stdout
