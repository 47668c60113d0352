"""The store beside hand-written Core: pages, one row, and a stream, of a million books."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from burst import SUBJECTS, Subject, compare
from shelf import postgres_shelf, sqlite_shelf

Bounds = list[tuple[str, float, float]]
PAGE_BOUNDS = {"sqlite": 0.85, "postgresql": 0.75}


def measure_store(rounds: int, rows: int) -> Bounds:
    """Measure on SQLite, and on PostgreSQL where it answers."""
    found: Bounds = []
    with tempfile.TemporaryDirectory() as folder, sqlite_shelf(Path(folder), rows) as address:
        found += _measure(address, "sqlite", rounds)
    with postgres_shelf(rows) as server:
        if server is None:
            raise SystemExit("PostgreSQL does not answer. Start it, or set STACK_TEST_POSTGRES.")
        found += _measure(server, "postgresql", rounds)
    return found


def _measure(address: str, database: str, rounds: int) -> Bounds:
    def beside(what: str, *whom: str) -> list[float]:
        subjects = [Subject("books", address, each, name) for each, name in _pairs(what, whom)]
        measured = compare(subjects, rounds)
        for pair, row in zip(_pairs(what, whom), measured, strict=True):
            name = f"{database} {' '.join(pair)}"
            print(f"  {name:32} {row.microseconds:10.1f} µs  × {row.ratio:.3f}")
        return [row.ratio for row in measured]

    (_, page) = beside("page", "core", "ours")
    (_, row) = beside("row", "prebuilt", "ours")
    (_, built) = beside("row", "core", "ours")
    (_, jump) = beside("jump", "core", "ours")
    (_, cursor) = beside("first cursor", "ours")
    more = _stream(address)
    print(f"  {database} stream{more:+40.1f} MB")
    return [
        (f"{database}: page ÷ Core", page, PAGE_BOUNDS[database]),
        (f"{database}: row ÷ Core built once", row, 1.2),
        (f"{database}: row ÷ Core built each time", built, 0.55),
        (f"{database}: jump ÷ deferred join by hand", jump, 1.2),
        (f"{database}: page 10,000 by cursor ÷ page 1", cursor, 1.2),
        (f"{database}: a stream of all, peak in MB over start", more, 40.0),
    ]


def _pairs(what: str, whom: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(each, name) for name in whom for each in what.split()]


def _stream(address: str) -> float:
    command = [sys.executable, str(SUBJECTS / "streaming.py"), address]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    return float(done.stdout)
