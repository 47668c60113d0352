"""Generated applications, and running programs in them as a person would."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from stack._new import command

Done = subprocess.CompletedProcess[str]
Generate = Callable[..., Path]
Run = Callable[..., Done]
Serve = Callable[..., AbstractContextManager[str]]

PATIENCE = 30


@pytest.fixture
def generate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Generate:
    """Return a function that makes an application and returns its folder."""

    def generate(name: str = "shop", *options: str) -> Path:
        assert command([name, "--into", str(tmp_path), *options], "stack new") == 0
        capsys.readouterr()
        return tmp_path / name

    return generate


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Return a function that runs a program in a folder, with nothing in the environment."""

    def run(folder: Path, *words: str, **variables: str) -> Done:
        return subprocess.run(
            words,
            cwd=folder,
            env=environment(tmp_path, variables),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    return run


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Return a context manager that starts a server in a folder and yields its address."""

    @contextmanager
    def serve(folder: Path, *words: str) -> Iterator[str]:
        port = str(find_port())
        log = tmp_path / "server.log"
        variables = environment(tmp_path, {"FLASK_RUN_PORT": port, "PORT": port})
        with log.open("w") as stream:
            process = subprocess.Popen(
                words, cwd=folder, env=variables, stdout=stream, stderr=subprocess.STDOUT
            )
        try:
            wait_for(f"http://127.0.0.1:{port}", process, log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(PATIENCE)

    return serve


def environment(home: Path, more: Mapping[str, str]) -> dict[str, str]:
    """Return a bare environment with the programs of the tests' own on the path."""
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.defpath])
    return {"PATH": programs, "HOME": str(home), "LANG": "C.UTF-8", **more}


def find_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    """Return when a server answers.

    :raises AssertionError: it ended or stayed silent; with what it said.
    """
    until = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < until:
        try:
            with urlopen(f"{address}/healthz", timeout=2):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.1)
    raise AssertionError(log.read_text())
