"""Finding the Pythons of a machine."""

from __future__ import annotations

import os
from pathlib import Path

from .program import run

#: Folders to look for Pythons in before those of PATH, divided as PATH is.
VARIABLE = "STACK_PYTHONS"


def find_python(version: str) -> Path | None:
    """Return a Python of a version such as 3.12, or None where this machine has none."""
    first = os.environ.get(VARIABLE, "")
    path = os.pathsep.join(filter(None, (first, os.environ.get("PATH", os.defpath))))
    words = ["uv", "python", "find", "--system", "--no-project", version]
    found = run(words, Path.cwd(), 60, PATH=path)
    # Warnings about other Pythons stand between.
    files = [Path(line) for line in found.output.splitlines() if os.access(line, os.X_OK)]
    return files[-1] if found.worked and files else None
