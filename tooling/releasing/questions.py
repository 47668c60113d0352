"""What the demo is asked before and after its upgrade, over HTTP as people and programs do."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import urllib.request
from typing import Any, NamedTuple

from demo.options import HOST
from demo.server import wait
from demo.workshop import Workshop

PAGES = (
    "/flights/",
    "/flights/?search=Boston",
    "/flights/?airline=UA&month=7",
    "/flights/1",
    "/flights/airlines",
    "/flights/airports",
)
ADDRESSES = (
    "/api/flights",
    "/api/flights?search=Boston&limit=100",
    "/api/flights?airline=UA&include=airline,arrival",
    "/api/airlines",
    "/api/airports?limit=100",
    "/api/planes?limit=100",
    "/api/reports/delays",
    "/api/reports/delays?by=airline",
)


class Answer(NamedTuple):
    """What came back.

    :param text: what a page shows, without its markup; empty for a program's answer.
    :param items: what a program gets.
    """

    status: int
    text: str
    items: list[Any]


Answers = dict[str, Answer]


def ask(workshop: Workshop) -> Answers:
    """Serve the demo, ask everything, and stop it."""
    port = _find_port()
    command = [workshop.program("flask"), "run", f"--host={HOST}", f"--port={port}"]
    with subprocess.Popen(
        command,
        cwd=workshop.application,
        env=workshop.environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as server:
        try:
            wait(server, f"http://{HOST}:{port}")
            return {path: _read(f"http://{HOST}:{port}{path}") for path in PAGES + ADDRESSES}
        finally:
            server.terminate()


def _read(address: str) -> Answer:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(address, timeout=60) as answer:
        body = answer.read().decode()
        status = int(answer.status)
    if "/api/" not in address:
        return Answer(status, " ".join(re.sub(r"<[^>]*>", " ", body).split()), [])
    found = json.loads(body)
    return Answer(status, "", found if isinstance(found, list) else found["items"])


def _find_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
