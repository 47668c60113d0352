"""``flask db backup``: a whole copy of a SQLite file that is in use."""

from __future__ import annotations

import sqlite3
import stat
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from stack_db.data.backup import copy_database

Run = Callable[..., Result]


def test_copy_is_whole(open_library: Any, library: Any, run_flask: Run, tmp_path: Path) -> None:
    """The copy has the rows, no journal beside it, and only its owner may read it."""
    app = open_library(filled=True)
    target = tmp_path / "copy.db"
    result = run_flask(app, "db", "backup", str(target))
    assert "it was checked and is whole" in result.output
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with closing(sqlite3.connect(target)) as copy:
        assert copy.execute("SELECT count(*) FROM book").fetchone() == (3,)
    assert [each.name for each in tmp_path.glob("*copy*")] == ["copy.db"]


def test_default_name_is_in_the_instance_folder(
    open_library: Any, run_flask: Run, tmp_path: Path
) -> None:
    """Without a name the copy is found beside the database, by its time."""
    assert run_flask(open_library(filled=True), "db", "backup").exit_code == 0
    (made,) = (tmp_path / "instance" / "backups").iterdir()
    assert made.name.startswith("library-20")
    assert made.suffix == ".db"


def test_file_is_not_overwritten(open_library: Any, run_flask: Run, tmp_path: Path) -> None:
    """Another file stays unless it is forced, and the database itself always."""
    app, other = open_library(filled=True), tmp_path / "other"
    other.write_text("mine")
    assert run_flask(app, "db", "backup", str(other)).exit_code == 1
    assert other.read_text() == "mine"
    assert run_flask(app, "db", "backup", "--force", str(other)).exit_code == 0
    itself = tmp_path / "instance" / "library.db"
    refused = run_flask(app, "db", "backup", "--force", str(itself))
    assert refused.exit_code == 1
    assert "Give another name" in refused.output


def test_memory_has_no_backup(open_library: Any, run_flask: Run) -> None:
    """What is no file is one sentence."""
    result = run_flask(open_library("sqlite://"), "db", "backup")
    assert "This database is no SQLite file." in result.output


def test_damaged_database_is_said(open_library: Any, run_flask: Run, tmp_path: Path) -> None:
    """A damaged database gives no copy that looks whole."""
    app = open_library(filled=True)
    path = tmp_path / "instance" / "library.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[4096:] = b"\xff" * (len(content) - 4096)
    path.write_bytes(content)
    target = tmp_path / "copy.db"
    result = run_flask(app, "db", "backup", str(target))
    assert result.exit_code == 1
    assert "was not written" in result.output
    assert not target.exists()


@pytest.mark.parametrize("journal", ["wal", "delete"])
def test_copy_sees_one_moment(tmp_path: Path, journal: str) -> None:
    """While somebody writes both halves of a pair, a copy never has one of them."""
    path, copies = tmp_path / "busy.db", 0
    with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as made:
        made.execute(f"PRAGMA journal_mode = {journal}")
        made.execute("CREATE TABLE one (n INTEGER, filler TEXT)")
        made.execute("CREATE TABLE two (n INTEGER, filler TEXT)")
    stop = threading.Event()

    def write() -> None:
        with closing(sqlite3.connect(path, isolation_level=None, timeout=10)) as writer:
            number = 0
            writer.execute("PRAGMA synchronous = OFF")
            while not stop.wait(0.002):
                number += 1
                writer.execute("BEGIN IMMEDIATE")
                for table in ("one", "two"):
                    values = (number, "x" * 3000)
                    writer.execute(f"INSERT INTO {table} VALUES (?, ?)", values)
                writer.execute("COMMIT")

    thread = threading.Thread(target=write)
    thread.start()
    try:
        for _ in range(5):
            target = tmp_path / f"copy-{copies}.db"
            assert copy_database(path, target, lambda size: None) > 0
            with closing(sqlite3.connect(target)) as copy:
                pair = [
                    copy.execute(f"SELECT count(*), max(n) FROM {table}").fetchone()
                    for table in ("one", "two")
                ]
            assert pair[0] == pair[1]
            copies += 1
    finally:
        stop.set()
        thread.join()
    assert copies == 5
