"""``flask db dump`` and ``flask db load``: every row as it was, on every database, or nothing."""

from __future__ import annotations

import gzip
import json
import stat
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from flask import Flask
from packaging.version import Version
from sqlalchemy import text
from sqlalchemy.engine import URL

from stack_db import Database

Run = Callable[..., Result]


def rows(app: Flask, library: Any) -> list[tuple[Any, ...]]:
    """Return every row of both tables."""
    with app.app_context():
        session = library.db.session
        return [
            tuple(row)
            for model in (library.Shelf, library.Book)
            for row in session.execute(model.__table__.select().order_by(model.__table__.c.id))
        ]


def stay(library: Any, source: Flask, target: Flask, run_flask: Run, path: Path) -> None:
    """Dump one application, load it into another and compare every value."""
    assert run_flask(source, "db", "dump", str(path)).exit_code == 0
    loaded = run_flask(target, "db", "load", str(path))
    assert loaded.exit_code == 0, loaded.output
    assert "5 rows of 2 tables were loaded." in loaded.output
    assert rows(target, library) == rows(source, library)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where to dump to."""
    return tmp_path / "dump.jsonl"


def test_every_value_survives(open_library: Any, library: Any, run_flask: Run, path: Path) -> None:
    """Each type's values are the same after a dump and a load, links to later rows too."""
    source = open_library(filled=True)
    stay(library, source, open_library("sqlite:///other.db"), run_flask, path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.services
def test_every_value_moves_to_a_server_and_back(
    open_library: Any, library: Any, run_flask: Run, path: Path, server: URL
) -> None:
    """What leaves SQLite and passes through a server comes back as it was."""
    source = open_library(filled=True)
    there = open_library(server.render_as_string(hide_password=False))
    stay(library, source, there, run_flask, path)
    stay(library, there, open_library("sqlite:///back.db"), run_flask, path)
    assert rows(open_library("sqlite:///same.db"), library) == []
    with there.app_context():
        book = library.Book(pages=1)
        library.db.session.add(book)
        library.db.session.commit()
        assert book.id == 4  # the next number follows those that were loaded


def test_missing_json_is_missing(
    open_library: Any, library: Any, run_flask: Run, path: Path
) -> None:
    """A missing JSON value is loaded as no value, not as the JSON null."""
    source, target = open_library(filled=True), open_library("sqlite:///other.db")
    stay(library, source, target, run_flask, path)
    with target.app_context():
        count = library.db.session.scalar(text("SELECT count(*) FROM book WHERE notes IS NULL"))
    assert count == 1


def test_packed_file(open_library: Any, library: Any, run_flask: Run, tmp_path: Path) -> None:
    """A name that ends in .gz packs the file."""
    path = tmp_path / "dump.jsonl.gz"
    stay(library, open_library(filled=True), open_library("sqlite:///o.db"), run_flask, path)
    assert json.loads(gzip.decompress(path.read_bytes()).splitlines()[0])["tables"] == {
        "book": 3,
        "shelf": 2,
    }


@pytest.mark.skipif(
    Version(version("click")) < Version("8.2"), reason="Click's runner mixes both streams there."
)
def test_standard_output(open_library: Any, run_flask: Run) -> None:
    """A dash writes to standard output, and nothing but lines of JSON."""
    result = run_flask(open_library(filled=True), "db", "dump", "-")
    lines = [json.loads(line) for line in result.stdout.rstrip().split("\n")]
    assert lines[-1] == {"end": 5}
    assert "5 rows of 2 tables were written to standard output." in result.stderr


def test_tables_with_rows_are_refused(open_library: Any, run_flask: Run, path: Path) -> None:
    """A load never mixes with what is there, unless it is told to replace it."""
    app = open_library(filled=True)
    run_flask(app, "db", "dump", str(path))
    refused = run_flask(app, "db", "load", str(path))
    assert refused.exit_code == 1
    assert "has rows already" in refused.output
    assert run_flask(app, "db", "load", "--replace", str(path)).exit_code == 0


@pytest.mark.parametrize("damage", ["cut", "line", "width", "value", "end"])
def test_damaged_file_changes_nothing(
    open_library: Any, library: Any, run_flask: Run, path: Path, damage: str
) -> None:
    """A file that is cut or changed is refused with its place, and no row of it stays."""
    source, target = open_library(filled=True), open_library("sqlite:///other.db")
    run_flask(source, "db", "dump", str(path))
    lines = [f"{line}\n" for line in path.read_text("utf-8").rstrip().split("\n")]
    changed = {
        "cut": lines[:-1],
        "line": [*lines[:-1], "{]\n", lines[-1]],
        "width": [*lines[:-2], "[1]\n", lines[-1]],
        "value": [line.replace("BLUE", "PINK") for line in lines],
        "end": [*lines[:-1], '{"end":6}\n'],
    }[damage]
    assert changed != lines
    path.write_text("".join(changed), "utf-8")
    result = run_flask(target, "db", "load", str(path))
    assert result.exit_code == 1
    assert result.output.startswith("Error: ")
    assert "Nothing was changed." in result.output
    assert rows(target, library) == []


@pytest.mark.services
def test_refused_row_is_found(
    open_library: Any, library: Any, run_flask: Run, path: Path, server: URL
) -> None:
    """A row that a server refuses, which SQLite took, is named by its table and lines."""
    source = open_library(filled=True)
    with source.app_context():
        library.db.session.execute(
            text("UPDATE shelf SET name = :n WHERE id = 7"), {"n": "x" * 99}
        )
        library.db.session.commit()
    run_flask(source, "db", "dump", str(path))
    target = open_library(server.render_as_string(hide_password=False))
    result = run_flask(target, "db", "load", str(path))
    assert result.exit_code == 1
    assert "refused a row of 'shelf', lines 3 to 4 of the file" in result.output
    assert rows(target, library) == []


def test_other_file_is_refused(open_library: Any, run_flask: Run, path: Path) -> None:
    """A file of something else is one sentence."""
    path.write_bytes(b"\x1f\x8b nothing")
    result = run_flask(open_library(), "db", "load", str(path))
    assert "was not written by flask db dump" in result.output


def test_other_revision_is_refused(
    open_library: Any, library: Any, run_flask: Run, path: Path
) -> None:
    """A dump goes into the schema that it was made of."""
    source, target = open_library(filled=True), open_library("sqlite:///other.db")
    for app, revision in ((source, "aaa"), (target, "bbb")):
        with app.app_context():
            library.db.session.execute(text("CREATE TABLE alembic_version (version_num TEXT)"))
            library.db.session.execute(
                text("INSERT INTO alembic_version VALUES (:r)"), {"r": revision}
            )
            library.db.session.commit()
    run_flask(source, "db", "dump", str(path))
    result = run_flask(target, "db", "load", str(path))
    assert "dumped at the revision aaa" in result.output
    assert "is at bbb" in result.output


def test_missing_table_names_what_to_run(open_library: Any, library: Any, run_flask: Run) -> None:
    """A database that was never upgraded is no traceback."""
    app = open_library()
    with app.app_context():
        library.db.drop_all()
    result = run_flask(app, "db", "dump", "-")
    assert result.exit_code == 1
    assert "Run flask db upgrade first." in result.output


def test_failed_dump_leaves_the_old_file(
    open_library: Any, library: Any, run_flask: Run, path: Path
) -> None:
    """A dump that breaks off leaves the file that was there, and no other."""
    app = open_library(filled=True)
    path.write_text("old")
    with app.app_context():
        library.db.session.execute(text("UPDATE book SET price = 'no number' WHERE id = 3"))
        library.db.session.commit()
    assert run_flask(app, "db", "dump", str(path)).exit_code != 0
    assert path.read_text() == "old"
    assert [each.name for each in path.parent.glob("*dump*")] == [path.name]


def test_bind_that_there_is_not(open_library: Any, run_flask: Run) -> None:
    """A bind that the application lacks is named, with those that it has."""
    result = run_flask(open_library(), "db", "dump", "--bind", "other", "-")
    assert "has no bind 'other'" in result.output


def test_keep_stays_out(start: Callable[..., tuple[Flask, Database]], run_flask: Run) -> None:
    """Small values with an end are not dumped: they end by themselves."""
    from stack_db.tables import history_table, keep_table

    app, db = start()
    keep_table(db.metadata)
    history_table(db.metadata)
    with app.app_context():
        db.create_all()
    head = json.loads(run_flask(app, "db", "dump", "-").stdout.splitlines()[0])
    assert list(head["tables"]) == ["db_history"]
