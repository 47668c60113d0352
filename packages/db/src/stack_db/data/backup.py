"""A copy of a SQLite database while it is used."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from .file import replace

PAGES = 256
"""How many pages are copied at once: writers wait no longer than that takes."""


def copy_database(source: Path, target: Path, progress: Callable[[int], object]) -> int:
    """Copy a database as it is in one moment, check the copy, and return its bytes.

    The copy belongs to its owner alone, has no journal beside it and is there
    when it is whole. Those who write meanwhile go on: they are not in it.

    :param progress: called with how many bytes were copied since the last call.
    :raises sqlite3.Error: the source cannot be read, or the copy is damaged.
    """
    with replace(target) as part:
        with (
            closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", uri=True)) as origin,
            closing(sqlite3.connect(part)) as copy,
        ):
            origin.execute("PRAGMA busy_timeout = 10000")
            # Whoever reads sees one moment; without it, each write would begin the copy anew.
            origin.execute("BEGIN")
            size = origin.execute("PRAGMA page_size").fetchone()[0]
            origin.execute("SELECT count(*) FROM sqlite_schema").fetchone()
            left = [0]

            def step(_: int, remaining: int, pages: int) -> None:
                progress(((left[0] or pages) - remaining) * size)
                left[0] = remaining

            origin.backup(copy, pages=PAGES, progress=step)
            origin.rollback()
            copy.execute("PRAGMA journal_mode = DELETE")
            said = [row[0] for row in copy.execute("PRAGMA quick_check(1)")]
            if said != ["ok"]:
                raise sqlite3.DatabaseError(f"the copy is damaged: {said[0]}")
        return part.stat().st_size
