"""Measures how long the doctor judges its own environment, beside listing it alone.

``python tooling/bench/doctor.py`` prints both, and ends with 1 where judging takes more than four
times as long as ``importlib.metadata`` takes for name and version of each distribution.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from importlib import metadata
from statistics import median

from stack_doctor.inventory import read_inventory
from stack_doctor.judging import judge
from stack_doctor.place import find_own
from stack_doctor.row import read_own_rows
from stack_doctor.source import Source

ROUNDS = 15
MOST = 4.0


def list_alone() -> int:
    """Return how many distributions there are, with name and version of each read."""
    return len([(each.metadata["Name"], each.version) for each in metadata.distributions()])


def judge_all() -> int:
    """Judge the environment with everything that belongs to it: rows, files, project."""
    place = find_own()
    inventory = read_inventory(place.paths, place.python, place.name)
    return judge(inventory, read_own_rows(), Source(".")).distributions


def measure(*acts: Callable[[], int]) -> list[float]:
    """Return the median time of each act in milliseconds, measured by turns."""
    times: list[list[float]] = [[] for _ in acts]
    for _ in range(ROUNDS):
        for act, found in zip(acts, times, strict=True):
            began = time.perf_counter()
            act()
            found.append((time.perf_counter() - began) * 1_000)
    return [median(found) for found in times]


def main() -> int:
    """Measure and print."""
    count = list_alone()
    judge_all()
    listing, judging = measure(list_alone, judge_all)
    factor = judging / listing
    print(f"{count} distributions: listed in {listing:.1f} ms, judged in {judging:.1f} ms,"
          f" {factor:.1f} times as long (at most {MOST:g})")  # fmt: skip
    return factor > MOST


if __name__ == "__main__":
    raise SystemExit(main())
