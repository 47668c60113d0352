"""Applications that are served on a port of their own, and Schemathesis, which calls them."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest

from demo import application
from demo.archive import fetch
from demo.workshop import Workshop
from servers import HOST, find_port

from .library import make_folder

HERE = Path(__file__).parent
SAMPLE = "60"
"""Flights: a few, as each of the calls reads them."""
SEED = os.environ.get("FUZZ_SEED", "20131")
EXAMPLES = os.environ.get("FUZZ_EXAMPLES", "10")
PATIENCE = 60
# gunicorn's own limits are answered with a page of its own, and not by the application.
UNLIMITED = ("--limit-request-line=0", "--limit-request-field_size=0")
CONFIG = """\
hooks = "hooks"
seed = {seed}
continue-on-failure = true
request-timeout = 30

[cache]
enabled = false

[generation]
database = "none"
max-examples = {examples}

[checks]
enabled = true

[phases]
examples.enabled = true
coverage.enabled = true
fuzzing.enabled = true
stateful.enabled = true
"""
FLIGHTS = """
# The same list below an airline, a plane and an airport is covered once, as that of all flights.
[[operations]]
include-path-regex = "/[{]key[}]/(flights|departures|arrivals)$"
phases.coverage.enabled = false
"""
SIGNED_IN = """
[auth.openapi.bearer]
bearer = "{token}"
"""


@dataclass(frozen=True)
class Served:
    """An application that answers at an address."""

    address: str
    token: str = ""


Fuzz = Callable[..., None]


@contextmanager
def serve(program: str, folder: Path, *paths: Path) -> Iterator[str]:
    """Serve an application with one process of gunicorn, and yield its address.

    :param program: such as ``module:app``.
    :param paths: beside our own, where modules are.
    """
    port = find_port()
    command = [sys.executable, "-m", "gunicorn", f"--bind={HOST}:{port}", *UNLIMITED]
    command += ["--worker-class=gthread", "--threads=2", "--no-control-socket", program]
    path = os.pathsep.join([*map(str, paths), *filter(None, sys.path)])
    log = folder / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
    try:
        wait(f"http://{HOST}:{port}/healthz", log)
        yield f"http://{HOST}:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)


def wait(address: str, log: Path) -> None:
    """Wait until a server answers."""
    end = time.monotonic() + PATIENCE
    while True:
        try:
            with urlopen(address):
                return
        except (URLError, ConnectionError):
            assert time.monotonic() < end, log.read_text()
            time.sleep(0.1)


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Served]:
    """The demo's application with a few of the flights."""
    workshop = Workshop(tmp_path, Path(sys.prefix))
    application.generate(workshop)
    application.migrate(workshop)
    flask = workshop.program("flask")
    load = ("flights", "load", f"--archive={fetch()}", f"--limit={SAMPLE}")
    workshop.run("The flights cannot be loaded", flask, *load, cwd=workshop.application)
    with serve("tower:create_app()", workshop.application) as address:
        yield Served(address)


@pytest.fixture
def library(tmp_path: Path) -> Iterator[Served]:
    """The library, with a token of Ann's that is made for this test."""
    token = secrets.token_urlsafe(32)
    folder = make_folder(tmp_path / "library", token)
    program = f"from library import make_app\napp = make_app({str(folder)!r}, {token!r})\n"
    (folder / "served.py").write_text(program)
    with serve("served:app", folder, HERE) as address:
        yield Served(address, token)


@pytest.fixture
def fuzz(tmp_path: Path) -> Fuzz:
    """Call whatever a document tells of with all that Schemathesis thinks of.

    Whatever it finds fails the test, with its report.

    :param more: of its configuration.
    """

    def fuzz(served: Served, *more: str) -> None:
        place = tmp_path / "fuzz"
        place.mkdir()
        config = CONFIG.format(seed=SEED, examples=EXAMPLES)
        # With a token it is no argument, which everybody on the machine can read.
        (place / "schemathesis.toml").write_text("".join([config, *more]))
        program = str(Path(sys.executable).with_name("schemathesis"))
        done = subprocess.run(
            [program, "run", "--no-color", f"{served.address}/api/openapi.json"],
            cwd=place,
            env={**os.environ, "PYTHONPATH": str(HERE)},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode:
            pytest.fail(done.stdout, pytrace=False)
        print(done.stdout)

    return fuzz
