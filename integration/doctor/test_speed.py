"""Judging an environment takes little more than listing it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from workspace import ROOT


@pytest.mark.slow
def test_judging_takes_at_most_four_times_as_long_as_listing(tmp_path: Path) -> None:
    """Beside ``importlib.metadata`` reading name and version of each distribution, no more."""
    program = str(ROOT / "tooling" / "bench" / "doctor.py")
    done = subprocess.run(
        [sys.executable, program], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
