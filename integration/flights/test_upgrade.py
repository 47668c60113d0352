"""The database that an earlier release of the demo made goes on with its data."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from .conftest import Create, Run

pytestmark = pytest.mark.xdist_group("flights")

#: Where the first release of the demo ended.
FIRST = "0002"
OLD = "id, departs_at, day, carrier, number, origin, destination, tailnum, departure_delay"


def read(database: Path, statement: str) -> list[Any]:
    """Run plain SQL on a file."""
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute(statement).fetchall()


@pytest.fixture
def former(loaded: Path, tmp_path: Path, run: Run) -> Path:
    """A database with flights as the first release left it."""
    file = tmp_path / "former.db"
    with closing(sqlite3.connect(loaded)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
    for target in (FIRST, "db@base"):
        done = run(file, "db", "downgrade", target)
        assert done.returncode == 0, done.stderr
    assert "title" not in {row[1] for row in read(file, "PRAGMA table_info(flight)")}
    return file


def test_former_database_keeps_its_flights(former: Path, loaded: Path, run: Run) -> None:
    """An upgrade changes no row, and names each flight as the loader does."""
    assert "db           at base, 1 pending" in run(former, "db", "status").stdout
    done = run(former, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    assert "pending" not in run(former, "db", "status").stdout
    ordered = f"SELECT {OLD}, title FROM flight ORDER BY id"
    assert read(former, ordered) == read(loaded, ordered)
    assert run(former, "db", "check").returncode == 0


def test_upgraded_flights_are_found(former: Path, run: Run, create: Create) -> None:
    """What was loaded before there was a search is found by it."""
    assert run(former, "db", "upgrade").returncode == 0
    ((plane,),) = read(former, "SELECT tailnum FROM flight WHERE tailnum IS NOT NULL LIMIT 1")
    page = create(f"sqlite:///{former}").test_client().get(f"/flights/?search={plane}").text
    ((count,),) = read(former, f"SELECT count(*) FROM flight WHERE tailnum = '{plane}'")
    assert f"{count:,} flight" in page
