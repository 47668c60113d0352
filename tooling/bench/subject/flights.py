"""Load the flights once, by hand or by the application; print CPU seconds, megabytes, flights.

``flights.py plain|at-hand|ours APPLICATION ARCHIVE`` works on the application's migrated and empty
SQLite file, so that every variant fills the same tables with the same indexes. ``plain`` reads
the archive and hands each row to ``executemany``; ``at-hand`` has them before its time starts.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

VARIANT, FOLDER, ARCHIVE = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
sys.path.insert(0, str(FOLDER))

from tower.flights import row  # noqa: E402  # the application is no installed package
from tower.flights.archive import Archive  # noqa: E402

Row = tuple[Any, ...]
COLUMNS = [
    *("departs_at", "day", "carrier", "number", "origin", "destination", "tailnum"),
    *("departure_delay", "arrival_delay", "air_time", "distance", "title"),
]


def described(archive: Archive) -> Iterator[tuple[str, list[str], list[Row]]]:
    """The tables that the source describes, with their columns and rows."""
    for table, read in (("airline", row.airline), ("airport", row.airport), ("plane", row.plane)):
        values = [read(cells) for cells in archive.rows(f"{table}s")]
        yield table, list(values[0]), [tuple(each.values()) for each in values]


def flights(archive: Archive) -> Iterator[Row]:
    """The rows of flights as SQLite keeps them, made in the quickest way."""
    number: dict[str, int | None] = {str(count): count for count in range(-200, 10_000)}
    number[row.MISSING] = None
    for cell in archive.rows("flights"):
        plane = None if cell[11] == row.MISSING else cell[11]
        yield (
            f"{cell[18][:10]} {cell[18][11:13]}:{cell[17]:0>2}:00.000000",
            f"{cell[0]}-{cell[1]:0>2}-{cell[2]:0>2}",
            cell[9],
            number[cell[10]],
            cell[12],
            cell[13],
            plane,
            number[cell[5]],
            number[cell[8]],
            number[cell[14]],
            number[cell[15]],
            f"{cell[9]} {cell[10]} {cell[12]} {cell[13]} {plane or ''}".rstrip(),
        )


def insert(connection: sqlite3.Connection, table: str, names: list[str], rows: Any) -> None:
    """Hand the rows of a table to the driver."""
    marks = ", ".join("?" * len(names))
    connection.executemany(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({marks})", rows)


def plain(archive: Archive, rows: Iterable[Row]) -> int:
    """Fill the tables by hand, in one transaction; foreign keys are not even looked at."""
    connection = sqlite3.connect(FOLDER / "instance" / "app.db")
    known: dict[str, set[object]] = {}
    for table, names, values in described(archive):
        insert(connection, table, names, values)
        known[table] = {each[0] for each in values}
    airports: set[object] = set()
    planes: set[object] = {None}

    def watched() -> Iterator[Row]:
        for each in rows:
            airports.add(each[5])
            planes.add(each[6])
            yield each

    insert(connection, "flight", COLUMNS, watched())
    insert(connection, "airport", ["code"], [(code,) for code in airports - known["airport"]])
    planes -= known["plane"] | {None}
    insert(connection, "plane", ["tailnum"], [(tailnum,) for tailnum in planes])
    connection.commit()
    (count,) = connection.execute("SELECT count(*) FROM flight").fetchone()
    return int(count)


def ours() -> int:
    """Fill the tables as ``flask flights load`` does."""
    from tower.extensions import db
    from tower.flights.loading import Loading

    with db.engine.begin() as connection:
        loading = Loading(connection, Archive(ARCHIVE))
        loading.run()
    return loading.flights


def main() -> None:
    """Load, measured."""
    if VARIANT == "ours":
        from wsgi import app

        with app.app_context():
            begun = time.process_time()
            count = ours()
    else:
        archive = Archive(ARCHIVE)
        rows = list(flights(archive)) if VARIANT == "at-hand" else flights(archive)
        begun = time.process_time()
        count = plain(archive, rows)
    cpu = time.process_time() - begun
    mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"cpu": cpu, "mb": mb, "flights": count}))


main()
