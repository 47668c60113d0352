"""The archive's rows on their way into the database: in one transaction, in chunks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import islice

from sqlalchemy import Connection, delete, func, insert, select

from ..extensions import Model
from . import row
from .archive import FLIGHTS, Archive
from .models import Airline, Airport, Flight, Plane
from .row import Row

CHUNK = 2_000
CACHE = 64_000
"""KiB of SQLite's cache: enough for the indexes, which are written to in no order."""


class Loading:
    """Loads one archive through one connection, whose transaction is the caller's.

    The source does not describe every airport and plane that its flights name. A stub, which is
    a row with nothing but its key, stands for each that is missing; :attr:`airports`,
    :attr:`planes` and :attr:`without_plane` count the flights that this concerns.

    :param connection: What to write through.
    :param archive: What to read.
    """

    def __init__(self, connection: Connection, archive: Archive) -> None:
        self.connection = connection
        self.archive = archive
        self.flights = 0
        self.without_plane = 0
        self.airports: Counter[str] = Counter()
        self.planes: Counter[str] = Counter()

    def run(
        self, limit: int = FLIGHTS, advance: Callable[[int], None] = lambda count: None
    ) -> None:
        """Load everything.

        :param limit: Load only so many flights, spread evenly over the year.
        :param advance: Called with the number of flights after each chunk of them.
        """
        dialect = self.connection.dialect.name
        if dialect == "sqlite":
            self.connection.exec_driver_sql(f"PRAGMA cache_size = -{CACHE}")
        self._insert(Airline, map(row.airline, self.archive.rows("airlines")))
        airports = self._insert(Airport, map(row.airport, self.archive.rows("airports")))
        planes = self._insert(Plane, map(row.plane, self.archive.rows("planes")))
        known_airports = {value["code"] for value in airports}
        known_planes = {value["tailnum"] for value in planes}
        cells = self.archive.rows("flights")
        if limit < FLIGHTS:
            cells = row.evenly(cells, limit, FLIGHTS)
        flights = map(row.flight_reader(), cells)
        while chunk := list(islice(flights, CHUNK)):
            self._add_stubs(chunk, known_airports, known_planes)
            self.connection.execute(insert(Flight), chunk)
            self.flights += len(chunk)
            advance(len(chunk))
        if dialect in ("sqlite", "postgresql"):
            # Without statistics the filters' indexes are chosen badly; MariaDB keeps its own.
            self.connection.exec_driver_sql("ANALYZE flight")

    def _insert(self, model: type[Model], rows: Iterable[Row]) -> list[Row]:
        values = list(rows)
        self.connection.execute(insert(model), values)
        return values

    def _add_stubs(self, chunk: list[Row], airports: set[object], planes: set[object]) -> None:
        """Make the stubs that a chunk is the first to need, and count what needs one."""
        self._stub(Airport, "code", _missing(chunk, "destination", airports), self.airports)
        self._stub(Plane, "tailnum", _missing(chunk, "tailnum", planes), self.planes)
        self.without_plane += sum(values["tailnum"] is None for values in chunk)

    def _stub(
        self, model: type[Model], key: str, missing: Counter[str], known: Counter[str]
    ) -> None:
        new = [{key: name} for name in missing if name not in known]
        if new:
            self.connection.execute(insert(model), new)
        known.update(missing)


def _missing(chunk: list[Row], column: str, described: set[object]) -> Counter[str]:
    names = (values[column] for values in chunk)
    return Counter(str(name) for name in names if name is not None and name not in described)


def count(connection: Connection) -> int:
    """How many flights are loaded."""
    return connection.scalar(select(func.count()).select_from(Flight)) or 0


def clear(connection: Connection) -> None:
    """Delete all that was loaded."""
    for model in (Flight, Plane, Airport, Airline):
        connection.execute(delete(model))
