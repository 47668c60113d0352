"""Creating rows by the store, beside Core and the ORM by hand, each with a database of its own."""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from burst import Subject, compare

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from databases import new_database, show  # the tooling is no installed package
from services import answers, find_place

Bounds = list[tuple[str, float, float]]
SERVICE = "PostgreSQL"


def measure_writing(rounds: int) -> Bounds:
    """Measure on SQLite, and on PostgreSQL.

    :raises SystemExit: PostgreSQL does not answer.
    """
    if not answers(*find_place(SERVICE)):
        raise SystemExit("PostgreSQL does not answer. Start it, or set STACK_TEST_POSTGRES.")
    return [*_measure("sqlite", rounds), *_measure("postgresql", rounds)]


def _measure(database: str, rounds: int) -> Bounds:
    (_, alone, inside) = _beside(database, rounds, ("core",), ("store",), ("transaction",))
    (_, told) = _beside(database, rounds, ("orm", "history"), ("store", "history"))
    print(f"  {database} in a transaction × {inside:.3f}")
    return [
        (f"{database}: create ÷ Core insert", alone, 1.2),
        (f"{database}: create with events and history ÷ ORM", told, 1.3),
    ]


def _beside(database: str, rounds: int, *whom: tuple[str, ...]) -> list[float]:
    with ExitStack() as stack:
        subjects = [
            Subject("loans", stack.enter_context(_own_database(database)), *each) for each in whom
        ]
        measured = compare(subjects, rounds)
    for each, row in zip(whom, measured, strict=True):
        print(f"  {database} {' '.join(each):24} {row.microseconds:10.1f} µs  × {row.ratio:.3f}")
    return [row.ratio for row in measured]


@contextmanager
def _own_database(database: str) -> Iterator[str]:
    """Yield the address of a new database."""
    if database == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/loans.db"
        return
    with new_database(SERVICE) as url:
        yield show(url)
