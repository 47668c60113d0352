"""Our measures, from the repository alone: ``nox -s bench``.

``--store`` measures the store instead, beside hand-written Core on SQLite and PostgreSQL.
``--peers PATH`` runs the peers' harness in that folder too, with our adapter in it; with
``--rest`` it measures resources beside those of the peers, on SQLite and PostgreSQL, and with
``--served`` ours and the floor behind granian and gunicorn.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

from burst import SUBJECTS, Subject, compare
from load import measure_load
from peers import run_peers, run_rest, run_served
from writing import measure_writing

from store import LEAST, measure_store


def measure_hello(rounds: int) -> dict[str, Any]:
    """A view that does not touch the database, beside bare Flask."""
    subjects = [Subject("hello", name) for name in ("bare", "flask-sqlalchemy", "stack")]
    rows = compare(subjects, rounds)
    for row in rows:
        print(f"  {row.name:24} {row.microseconds:8.1f} µs  × {row.ratio:.3f}")
    return {row.name: row.ratio for row in rows}


def measure_start(rounds: int) -> dict[str, float]:
    """Importing and initialising, each time in a new process, beside Flask-SQLAlchemy."""
    names = ("flask-sqlalchemy", "stack")
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in names}
    for turn in range(rounds + 1):
        for name in names if turn % 2 else reversed(names):
            done = subprocess.run(
                [sys.executable, str(SUBJECTS / "start.py"), name],
                capture_output=True,
                text=True,
                check=True,
            )
            if turn:  # the first turn compiles and fills the caches
                seen[name].append(json.loads(done.stdout))
    pairs = list(zip(seen["stack"], seen["flask-sqlalchemy"], strict=True))
    ratio = statistics.median(ours["cpu"] / theirs["cpu"] for ours, theirs in pairs)
    more = statistics.median(ours["mb"] - theirs["mb"] for ours, theirs in pairs)
    print(f"  CPU × {ratio:.3f}, {more:+.2f} MB; early: {seen['stack'][0]['early'] or 'nothing'}")
    return {"cpu": ratio, "mb": more, "early": len(seen["stack"][0]["early"])}


def judge(bounds: list[tuple[str, float, float]]) -> int:
    """Print each measure beside its bound; return 1 when one is missed."""
    missed = 0
    for what, value, bound in bounds:
        held = value <= bound
        missed |= not held
        print(f"  {'held  ' if held else 'MISSED'} {what}: {value:.3f} (at most {bound:g})")
    return int(missed)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--rounds", type=int, default=41, help="turns of each program")
    parser.add_argument("--loads", type=int, default=3, help="times to load all flights")
    parser.add_argument("--peers", type=Path, help="folder of the peers' harness")
    parser.add_argument("--store", action="store_true", help="measure the store, nothing else")
    parser.add_argument(
        "--rest", action="store_true", help="measure resources in the harness, nothing else"
    )
    parser.add_argument(
        "--served", action="store_true", help="measure resources behind servers, nothing else"
    )
    parser.add_argument("--only", default="", help="adapters of the harness, with commas")
    parser.add_argument("--books", type=int, default=1_000_000, help="rows for the store")
    options = parser.parse_args()
    if not 3 <= options.rounds <= 1000:
        parser.error("--rounds is from 3 to 1000")
    if not 1 <= options.loads <= 100:
        parser.error("--loads is from 1 to 100")
    if options.store:
        if options.books < LEAST:
            parser.error(f"--books is at least {LEAST}")
        print("The store, beside hand-written Core:")
        found = measure_store(options.rounds, options.books)
        print("Measures:")
        return judge(found)
    if options.served:
        if not options.peers:
            parser.error("--served needs --peers")
        run_served(options.peers.resolve(), options.rounds)
        return 0
    if options.rest:
        if not options.peers:
            parser.error("--rest needs --peers")
        run_rest(options.peers.resolve(), options.rounds, options.only)
        return 0
    print("A view that does not touch the database:")
    hello = measure_hello(options.rounds)
    print("Importing and initialising core and db, beside Flask and Flask-SQLAlchemy:")
    start = measure_start(options.rounds // 2)
    print("Loading the flights, beside a plain executemany into the same tables:")
    load = measure_load(options.loads)
    print("Creating rows by the store, beside Core and the ORM:")
    writing = measure_writing(options.rounds)
    if options.peers:
        run_peers(options.peers.resolve())
    print("Measures:")
    return judge(
        [
            ("idle view ÷ bare Flask", hello["hello stack"], 1.10),
            ("start CPU ÷ Flask-SQLAlchemy", start["cpu"], 1.06),
            ("start memory, MB more", start["mb"], 2.0),
            ("loading CPU ÷ plain", load["plain"], 2.0),
            ("loading CPU ÷ executemany alone", load["at_hand"], 2.0),
            ("loading peak, MB", load["mb"], 300),
            ("alembic or flask_migrate loaded at start", start["early"], 0),
            *writing,
        ]
    )


if __name__ == "__main__":
    raise SystemExit(main())
