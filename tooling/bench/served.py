"""Our resource behind granian and gunicorn, beside the hand-written floor behind the same.

``wrk`` asks in turns; it is a Debian package of that name.
"""

from __future__ import annotations

import re
import shutil
import signal
import statistics
import subprocess
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple

SECONDS = 2
CLIENTS = 8
FIRST_PORT = 18321
SCENARIOS = ("one row", "a page of 50")
_PATIENCE = 200
"""How often a server is asked whether it answers, ten times a second."""


class Served(NamedTuple):
    """A program behind a server.

    :param paths: what is asked of it, in the order of the scenarios.
    """

    name: str
    server: str
    port: int
    paths: tuple[str, str]


def measure_served(copy: Path, venvs: Path, environ: Mapping[str, str], rounds: int) -> None:
    """Print how many requests a second each answers, and our share of the floor's.

    :param copy: of the harness, with our adapters in it.
    :param environ: with the addresses of its databases.
    """
    if shutil.which("wrk") is None:
        raise SystemExit("wrk is not there. Install the package 'wrk' of Debian.")
    floor = ("/books/500", "/books?author_id=7&sort=-published&page=2&per_page=50")
    ours = (
        "/api/books/500",
        "/api/books?author_id=7&sort=-published&offset=50&limit=50&total=exact",
    )
    served, ports = [], iter(range(FIRST_PORT, FIRST_PORT + 10))
    with ExitStack() as stack:
        for server in ("granian", "gunicorn"):
            for name, venv, paths in (("floor", "floor", floor), ("stack_rest_", "stack", ours)):
                each = Served(name, server, next(ports), paths)
                stack.enter_context(_serve(each, venvs / venv / "bin" / server, copy, environ))
                served.append(each)
        for number, scenario in enumerate(SCENARIOS):
            _compare(scenario, number, served, rounds)


def _compare(scenario: str, number: int, served: list[Served], rounds: int) -> None:
    found: dict[Served, list[float]] = {each: [] for each in served}
    for turn in range(rounds):
        for each in served if turn % 2 else reversed(served):
            found[each].append(_ask(each, number))
    for server in ("granian", "gunicorn"):
        floor, ours = (found[each] for each in served if each.server == server)
        share = statistics.median(own / bare for own, bare in zip(ours, floor, strict=True))
        print(
            f"  {scenario:12} {server:9} {statistics.median(ours):7.0f} a second,"
            f" the floor {statistics.median(floor):7.0f}: {share:.0%}"
        )


def _ask(served: Served, number: int) -> float:
    url = f"http://127.0.0.1:{served.port}{served.paths[number]}"
    command = ["wrk", "-t1", f"-c{CLIENTS}", f"-d{SECONDS}s", url]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{url} answers with errors:\n{said}")
    found = re.search(r"Requests/sec:\s+([\d.]+)", said)
    if found is None:
        raise SystemExit(f"wrk says nothing of {url}:\n{said}")
    return float(found[1])


@contextmanager
def _serve(
    served: Served, program: Path, copy: Path, environ: Mapping[str, str]
) -> Iterator[None]:
    """Let one worker with one thread serve a program."""
    words = {
        "granian": [
            "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(served.port),
            "--workers", "1", "--blocking-threads", "1", "--no-ws", "--log-level", "error",
        ],
        "gunicorn": ["-w", "1", "-b", f"127.0.0.1:{served.port}", "--log-level", "error"],
    }[served.server]  # fmt: skip
    process = subprocess.Popen(
        [str(program), *words, "serve_app:app"],
        cwd=copy,
        env={**environ, "PEER": served.name, "DB": "sqlite"},
        start_new_session=True,
    )
    try:
        _wait(served, process)
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(10)


def _wait(served: Served, process: subprocess.Popen[bytes]) -> None:
    for _ in range(_PATIENCE):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{served.port}{served.paths[0]}").read()
        except OSError:
            if process.poll() is not None:
                raise SystemExit(f"{served.server} ended with {process.returncode}.") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit(f"{served.server} does not answer on port {served.port}.")
