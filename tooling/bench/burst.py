"""Several programs measured in turns, so that a noisy machine troubles all of them alike.

A program is a file of ``tooling/bench/subject/`` in a process of its own. It
prints ``ready`` and then answers each line ``<n>`` with the CPU seconds that
``n`` rounds of its work took.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

SUBJECTS = Path(__file__).parent / "subject"
BURST = 0.03
"""Seconds of CPU that one turn of one program is meant to take."""


class Measured(NamedTuple):
    """One program beside the first of its run."""

    name: str
    microseconds: float
    ratio: float


class Subject:
    """One program under measurement."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.name = " ".join((name, *arguments))
        command = [sys.executable, str(SUBJECTS / f"{name}.py"), *arguments]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._read()
        self.count = 10
        self.count = max(1, int(BURST / max(self.run() / 10, 1e-7)))

    def run(self) -> float:
        """Return the CPU seconds of one turn."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{self.count}\n")
        self._process.stdin.flush()
        return float(self._read())

    def close(self) -> None:
        """End the program."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(60)

    def _read(self) -> str:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self.name} ended early. Run it by hand to see why.")
        return line.strip()


def compare(subjects: Sequence[Subject], rounds: int) -> list[Measured]:
    """Measure all in turns, forwards and backwards; the first is what the ratios refer to."""
    times: list[list[float]] = [[] for _ in subjects]
    for turn in range(rounds):
        order = range(len(subjects)) if turn % 2 == 0 else reversed(range(len(subjects)))
        for index in order:
            subject = subjects[index]
            times[index].append(subject.run() / subject.count * 1e6)
    for subject in subjects:
        subject.close()
    return [
        Measured(
            subject.name,
            statistics.median(own),
            statistics.median(a / b for a, b in zip(own, times[0], strict=True)),
        )
        for subject, own in zip(subjects, times, strict=True)
    ]
