"""A database of the demo from before extensions shipped tables gets them, and keeps its data."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.xdist_group("flights")


def count(file: Path) -> int:
    """Return the number of flights."""
    connection = sqlite3.connect(file)
    (found,) = connection.execute("SELECT count(*) FROM flight").fetchone()
    connection.close()
    return int(found)


def test_older_database_is_upgraded_with_its_data(run: Run, archive: Path, tmp_path: Path) -> None:
    """Only the application's own revisions are in it; the next upgrade adds the shipped tables."""
    file = tmp_path / "older.db"
    for words in (
        ("db", "upgrade", "0002"),
        ("flights", "load", "--archive", archive, "--limit", "300"),
    ):
        done = run(file, *words)
        assert done.returncode == 0, done.stderr
    before = count(file)
    assert before > 100
    assert "db           at base, 1 pending" in run(file, "db", "status").stdout
    for command in ("upgrade", "check"):
        done = run(file, "db", command)
        assert done.returncode == 0, done.stderr
    assert count(file) == before
    assert run(file, "db", "status").stdout.splitlines() == [
        "application  at 0002, up to date",
        "db           at db_001, up to date",
    ]
    assert run(file, "db", "downgrade").returncode == 0
    assert "db           at db_001, up to date" in run(file, "db", "status").stdout
