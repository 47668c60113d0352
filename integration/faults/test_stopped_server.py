"""A server that is stopped under the application costs nobody an acknowledged write."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from servers import Server

from .conftest import Serve, ask, execute

pytestmark = [pytest.mark.services, pytest.mark.slow]

CLIENTS, OUTAGE, HEALED = 8, 10.0, 2.0
PROGRAM = Path(__file__).with_name("clients.py")
Ledger = list[dict[str, Any]]


@contextmanager
def clients(port: int) -> Iterator[list[Ledger]]:
    """Let eight processes write; their ledgers are whole when the block has ended."""
    running = [
        subprocess.Popen(
            [sys.executable, str(PROGRAM), str(port), str(number)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number in range(CLIENTS)
    ]
    ledgers: list[Ledger] = []
    try:
        yield ledgers
    finally:
        for process in running:
            out, _ = process.communicate("end\n", timeout=60)
            ledgers.append([json.loads(line) for line in out.splitlines()])


def find_gap(ledger: Ledger, accepted: float) -> float:
    """Return the seconds from the server's return to the client's first acknowledged write."""
    return (
        min(line["ended"] for line in ledger if line["status"] == 201 and line["ended"] > accepted)
        - accepted
    )


@pytest.mark.parametrize("how", ["immediate", "fast"])
def test_stopped_server_loses_nothing(
    server: Server, serve: Serve, how: str, record_property: Any, capsys: Any
) -> None:
    """Ten seconds without it: 503 with Retry-After and nothing else, and back within two."""
    execute(server, "DELETE FROM written")
    with serve(server.url) as port, clients(port) as ledgers:
        time.sleep(2)
        server.stop(server.IMMEDIATE if how == "immediate" else server.FAST)
        stopped = time.monotonic()
        time.sleep(OUTAGE)
        assert ask(port, "/readyz")[0] == 503
        accepted = server.start()
        time.sleep(HEALED + 1)
    statuses = Counter(line["status"] for ledger in ledgers for line in ledger)
    acknowledged = {
        (client, line["number"])
        for client, ledger in enumerate(ledgers)
        for line in ledger
        if line["status"] == 201
    }
    kept = Counter(execute(server, "SELECT client, number FROM written"))
    gaps = [find_gap(ledger, accepted) for ledger in ledgers]
    slowest = max(line["ended"] - line["began"] for ledger in ledgers for line in ledger)
    with capsys.disabled():
        print(
            f"\n{type(server).__name__} stopped ({how}) for {accepted - stopped:.1f} s:"
            f" {dict(statuses)}, {len(set(kept) - acknowledged)} kept but not acknowledged,"
            f" healed after {max(gaps):.2f} s, slowest answer {slowest:.2f} s"
        )
    assert set(statuses) == {201, 503}
    assert acknowledged <= set(kept)
    assert set(kept.values()) == {1}
    assert all(line["after"] for ledger in ledgers for line in ledger if line["status"] == 503)
    assert max(gaps) < HEALED
