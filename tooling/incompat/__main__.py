"""``python tooling/incompat`` proves 15 rows of the doctor; ``--all`` every one.

``--environments`` makes the environments of integration/doctor instead: those in which
``import flask`` fails, and the healthy ones. ``--only ID`` chooses. Exit code 1: a proof failed.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from incompat.environment import read_environments, try_out
from incompat.proof import Outcome, prove
from incompat.recording import write_records  # a folder is run, not a module
from stack_doctor.row import Row, read_own_rows

#: Of each kind one, and what is installed quickest of the most used.
QUICK = (
    "login-url_decode", "login-safe_str_cmp", "flask2-url_quote", "flask1-jinja-escape",
    "flask1-wrappers", "wtf-markup", "fsa-sa2-all", "session-bytes", "jwtext-subject",
    "restx-scaffold", "passlib-bcrypt5", "sautils-sa21", "authlib-no-requests",
    "babel-localeselector", "files-pyjwt-jwt",
)  # fmt: skip


def choose(all_: bool, only: Sequence[str]) -> list[Row]:
    """Return the rows to prove."""
    rows = {row.id: row for row in read_own_rows()}
    names = only or (rows if all_ else QUICK)
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise SystemExit(f"'{unknown[0]}' is no row. See packages/doctor/…/rows.json.")
    return [rows[name] for name in names]


def run_all(tasks: Iterable[Callable[[], Outcome]], workers: int) -> list[Outcome]:
    """Run tasks, two at a time, and print each outcome when it is there."""
    found = []
    with ThreadPoolExecutor(workers) as pool:
        for future in [pool.submit(task) for task in tasks]:
            outcome = future.result()
            print(f"{outcome.state:10}  {outcome.id}  {outcome.reason}".rstrip(), flush=True)
            found.append(outcome)
    return found


def tasks_of(
    arguments: argparse.Namespace, folder: Path, records: dict[str, Any] | None
) -> list[Callable[[], Outcome]]:
    """Return what is to be made and looked at."""
    if arguments.environments:
        chosen = [*read_environments("broken"), *read_environments("healthy")]
        return [
            partial(try_out, each, folder / each["id"], records)
            for each in chosen
            if not arguments.only or each["id"] in arguments.only
        ]
    rows = choose(arguments.all, arguments.only)
    wheels = not arguments.all
    return [partial(prove, row, folder / row.id, wheels_only=wheels) for row in rows]


def main() -> int:
    """Prove, print and count."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every row, with what has no wheel")
    parser.add_argument("--environments", action="store_true", help="environments, not rows")
    parser.add_argument("--record", action="store_true", help="write what the quick tests judge")
    parser.add_argument("--only", metavar="ID", nargs="+", default=[])
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", type=Path, metavar="FILE", help="where the outcomes go")
    arguments = parser.parse_args()
    records: dict[str, Any] | None = {} if arguments.record else None
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="incompat-") as folder:
        outcomes = run_all(tasks_of(arguments, Path(folder), records), arguments.workers)
    if records:
        write_records({key: records[key] for key in sorted(records)})
    if arguments.json:
        arguments.json.write_text(json.dumps([vars(each) for each in outcomes], indent=1))
    states = sorted({each.state for each in outcomes})
    counts = [f"{sum(each.state == state for each in outcomes)} {state}" for state in states]
    print(f"{', '.join(counts)} in {time.monotonic() - began:.0f} s")
    return any(each.state not in ("proven", "unproven") for each in outcomes)


if __name__ == "__main__":
    raise SystemExit(main())
