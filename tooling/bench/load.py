"""Loading the flights, beside a plain ``executemany`` of the same rows into the same tables."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from burst import SUBJECTS

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from demo import application, archive  # the tooling is no installed package
from demo.workshop import Workshop
from launch import Trouble

VARIANTS = ("plain", "at-hand", "ours")


def measure_load(rounds: int) -> dict[str, float]:
    """Load all flights some times in turns; ratios of CPU, and the peak of memory in MB.

    ``plain`` is our CPU over that of a program that reads the archive and hands its rows to
    ``executemany``; ``at_hand`` is over that of ``executemany`` alone, the rows lying ready.
    """
    seen: dict[str, list[dict[str, Any]]] = {name: [] for name in VARIANTS}
    with tempfile.TemporaryDirectory() as folder:
        workshop = Workshop(Path(folder), Path(sys.prefix))
        try:
            application.generate(workshop)
            application.migrate(workshop)
            data = archive.fetch()
        except Trouble as trouble:
            raise SystemExit(str(trouble)) from None
        place = workshop.application
        kept = Path(shutil.copytree(place / "instance", place / "kept"))
        for turn in range(rounds):
            for name in VARIANTS if turn % 2 else reversed(VARIANTS):
                shutil.rmtree(place / "instance")
                shutil.copytree(kept, place / "instance")
                seen[name].append(_run(name, place, data))
    rows = list(zip(seen["plain"], seen["at-hand"], seen["ours"], strict=True))
    found = {
        "plain": statistics.median(ours["cpu"] / plain["cpu"] for plain, _, ours in rows),
        "at_hand": statistics.median(ours["cpu"] / ready["cpu"] for _, ready, ours in rows),
        "mb": max(ours["mb"] for _, _, ours in rows),
    }
    seconds = statistics.median(ours["cpu"] for _, _, ours in rows)
    print(f"  {seconds:.1f} s CPU, × {found['plain']:.2f} of plain,", end=" ")
    print(f"× {found['at_hand']:.2f} of executemany alone, {found['mb']:.0f} MB")
    return found


def _run(variant: str, place: Path, data: Path) -> dict[str, Any]:
    command = [sys.executable, str(SUBJECTS / "flights.py"), variant, str(place), str(data)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={**os.environ, "PYTHONPATH": ""}
    )
    if done.returncode:
        raise SystemExit(f"Loading by '{variant}' failed.\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout)
    if result["flights"] != 336_776:
        raise SystemExit(f"Loading by '{variant}' gave {result['flights']} flights.")
    return result


if __name__ == "__main__":
    measure_load(3)
