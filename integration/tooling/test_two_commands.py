"""The README's two commands, on a machine that has nothing but Python and the index."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import urllib.request
from typing import TYPE_CHECKING

import pytest

from workspace import closure

if TYPE_CHECKING:
    from .conftest import Machine

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("commands")]

SMALL = ["demo", "--sample", "500"]
FROM_WHEELS = ", ".join(
    sorted(
        f"{package.distribution} {package.project['version']}"
        for package in closure("stack", "db", "rest")
    )
)


def wait_for(process: subprocess.Popen[str], words: str) -> str:
    """Read what a program says up to a line with these words."""
    said = ""
    assert process.stdout is not None
    for line in process.stdout:
        said += line
        if words in line:
            return said
    raise AssertionError(said)


def interrupt(process: subprocess.Popen[str]) -> tuple[str, int]:
    """Press Ctrl-C; return the last words and the exit code."""
    os.killpg(process.pid, signal.SIGINT)
    said, _ = process.communicate(timeout=60)
    return said, process.returncode


def read(address: str) -> str:
    """Return what is at an address."""
    with urllib.request.urlopen(address, timeout=10) as answer:
        text: str = answer.read().decode()
    return text


def find_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def test_interrupted_set_up_leaves_nothing(machine: Machine) -> None:
    """Ctrl-C while the tools are being made takes them away again."""
    before = machine.files()
    with machine.running(*SMALL) as process:
        wait_for(process, "Making the tools")
        assert interrupt(process) == ("Stopped.\n", 130)
    assert machine.files() == before


def test_interrupted_demo_leaves_nothing(prepared: Machine) -> None:
    """Ctrl-C while the demo is being made takes all of it away, and keeps the tools."""
    with prepared.running(*SMALL, "--fresh") as process:
        wait_for(process, "[2/6]")
        said, code = interrupt(process)
    assert (said.splitlines()[-1], code) == ("Stopped.", 130)
    assert not (prepared.checkout / ".demo").exists()
    assert (prepared.checkout / ".tools" / "venv").is_dir()


def test_demo_is_made_from_wheels(prepared: Machine) -> None:
    """One command builds, installs, verifies, generates, migrates and loads."""
    assert FROM_WHEELS in prepared.said
    assert "Loaded 500 flights." in prepared.said


def test_demo_serves_until_interrupted(prepared: Machine) -> None:
    """The addresses are printed when the flights are there; Ctrl-C ends it well."""
    port = find_port()
    with prepared.running(*SMALL, "--port", str(port)) as process:
        said = wait_for(process, "to be tried at")
        addresses = re.findall(r"http://\S+", said[said.index("The flights are at") :])
        page, found, docs = map(read, addresses)
        _, code = interrupt(process)
    own = f"http://127.0.0.1:{port}"
    assert addresses == [f"{own}/flights/", f"{own}/api/flights", f"{own}/api/docs"]
    assert "500 flights" in page
    assert len(json.loads(found)["items"]) == 50
    assert "swagger-ui" in docs
    assert code == 0


def test_second_run_uses_what_is_there(prepared: Machine) -> None:
    """When no source has changed, nothing is made again; when one has, all is."""
    prepared.run(*SMALL, "--no-serve")
    assert "Nothing has changed" in prepared.run(*SMALL, "--no-serve").stdout
    with (prepared.checkout / "packages" / "core" / "README.md").open("a") as text:
        text.write("\nMore.\n")
    assert "[1/6]" in prepared.run(*SMALL, "--no-serve").stdout


def test_home_stays_empty(prepared: Machine) -> None:
    """Every cache is in the checkout."""
    assert (prepared.checkout / ".tools" / "cache" / "uv").is_dir()
    assert list(prepared.home.iterdir()) == []


def test_second_demo_is_refused(prepared: Machine) -> None:
    """Two demos in one checkout would take each other's files away."""
    with prepared.running(*SMALL, "--port", str(find_port())) as process:
        wait_for(process, "The flights are at")
        other = prepared.run(*SMALL, "--port", str(find_port()))
        interrupt(process)
    assert other.returncode == 1
    assert other.stderr == "Another demo is running in this checkout: stop that one first.\n"


def test_demo_without_index_leaves_nothing(prepared: Machine, offline: dict[str, str]) -> None:
    """What cannot be installed is said in a sentence, and nothing of the demo stays."""
    shutil.rmtree(prepared.checkout / ".tools" / "cache")
    done = prepared.run(*SMALL, "--fresh", "--no-serve", **offline)
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1, done.stderr
    assert "the package index cannot be reached" in done.stderr
    assert not (prepared.checkout / ".demo").exists()
