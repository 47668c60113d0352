"""A million books on SQLite and on PostgreSQL, for what reads and writes them."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from databases import new_database, show  # the tooling is no installed package
from services import answers, find_place

AUTHORS, TEAMS, MATCHING = 10_000, 100, 1_000
TABLES = (
    "CREATE TABLE team (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL)",
    "CREATE TABLE author (id INTEGER PRIMARY KEY, name VARCHAR(50) NOT NULL,"
    " team_id INTEGER NOT NULL REFERENCES team (id))",
    "CREATE TABLE book (id INTEGER PRIMARY KEY, title VARCHAR(80) NOT NULL,"
    " pages INTEGER NOT NULL, shelf INTEGER NOT NULL, published TIMESTAMP NOT NULL,"
    " author_id INTEGER NOT NULL REFERENCES author (id))",
)
INDEXES = (
    "CREATE INDEX ix_book_shelf ON book (shelf, published, id)",
    "CREATE INDEX ix_book_published ON book (published, id)",
    "CREATE INDEX ix_book_author ON book (author_id)",
)


@contextmanager
def sqlite_shelf(folder: Path, rows: int) -> Iterator[str]:
    """Fill a file, and return its address."""
    path = folder / f"shelf{rows}.db"
    connection = sqlite3.connect(path)
    with connection:
        connection.execute("PRAGMA journal_mode = WAL")
        for statement in TABLES:
            connection.execute(statement)
        numbers = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n LIMIT {})"
        for statement in _filling(rows):
            count, insert = statement
            head, _, select = insert.partition(" SELECT ")
            connection.execute(f"{head} {numbers.format(count)} SELECT {select} FROM n")
        for statement in INDEXES:
            connection.execute(statement)
        connection.execute("ANALYZE")
    connection.close()
    yield f"sqlite:///{path}"


@contextmanager
def postgres_shelf(rows: int) -> Iterator[str | None]:
    """Fill a database of its own, and return its address; None where no server answers."""
    if not answers(*find_place("PostgreSQL")):
        yield None
        return
    with new_database("PostgreSQL") as own:
        engine = sa.create_engine(own, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool)
        with engine.connect() as connection:
            for statement in TABLES:
                connection.exec_driver_sql(statement)
            for count, insert in _filling(rows):
                text = insert.replace("datetime(", "to_timestamp(").replace(", 'unixepoch'", "")
                text = text.replace("%", "%%")
                connection.exec_driver_sql(f"{text} FROM generate_series(1, {count}) AS n(i)")
            for statement in (*INDEXES, "VACUUM ANALYZE"):
                connection.exec_driver_sql(statement)
        yield show(own)


def _filling(rows: int) -> Iterator[tuple[int, str]]:
    yield TEAMS, "INSERT INTO team SELECT i, 'team ' || i"
    yield AUTHORS, f"INSERT INTO author SELECT i, 'author ' || i, 1 + i % {TEAMS}"
    shelves = max(1, rows // MATCHING)
    moment = "datetime(1000000000 + i % 1009 * 991 + i % 991 * 60, 'unixepoch')"
    yield (
        rows,
        f"INSERT INTO book SELECT i, 'title ' || (i * 31) % 1000, i % 900, i % {shelves},"
        f" {moment}, 1 + (i * 17) % {AUTHORS}",
    )
