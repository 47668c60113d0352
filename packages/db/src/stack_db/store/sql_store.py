"""The store of a mapped class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from stack_core.description import Description, Key
from stack_core.event import Change
from stack_core.filter import Filter
from stack_core.finding import Finding
from stack_core.query import Aggregate, Page, Query, Reach
from stack_core.store import Ability, Related, Saved, Work

from ..model.kind import Kind
from .connections import Connections
from .reads import Reads
from .writer import make_writer
from .writes import Writes


class SqlStore:
    """Reads and writes the rows of one mapped class; many threads may use it at once.

    :param reads: its reading half.
    :param writes: its writing half.
    """

    def __init__(self, kind: Kind, reads: Reads, writes: Writes) -> None:
        self.kind = kind
        self.reads = reads
        self.writes = writes

    @property
    def description(self) -> Description:
        """What the things look like."""
        return self.kind.description

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do beyond the required."""
        return self.reads.abilities | self.writes.abilities

    def page(self, query: Query, reach: Reach) -> Page:
        """Return the rows between two positions."""
        return self.reads.page(query, reach)

    def row(self, key: Key, fields: Sequence[str], reach: Reach) -> tuple[Any, ...] | None:
        """Return one row's values, or None where there is none in reach."""
        return self.reads.row(key, fields, reach)

    def get(self, key: Key, reach: Reach) -> Any | None:
        """Return the object in the caller's session, or None where there is none in reach."""
        return self.reads.get(key, reach)

    def stream(self, query: Query, reach: Reach) -> Iterator[tuple[Any, ...]]:
        """Return every row one by one; it holds a connection until it is exhausted or closed."""
        return self.reads.stream(query, reach)

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        """Return a line for each group."""
        return self.reads.aggregate(what, reach)

    def links(
        self, name: str, keys: Sequence[Key], reach: Reach, *, limit: int
    ) -> list[tuple[Key, Key]]:
        """Return the pairs of keys that a to-many relation links, in their order."""
        return self.reads.links(name, keys, reach, limit=limit)

    def advise(self, query: Query) -> tuple[Finding, ...]:
        """Return which index this query misses."""
        return self.reads.advise(query)

    def create(self, values: Mapping[str, Any], reach: Reach) -> Saved:
        """Create a row."""
        return self.writes.create(values, reach)

    def update(
        self, key: Key, values: Mapping[str, Any], reach: Reach, *, version: Any = None
    ) -> Saved:
        """Write what differs."""
        return self.writes.update(key, values, reach, version=version)

    def delete(self, key: Key, reach: Reach, *, version: Any = None) -> Saved:
        """Delete a row, or mark it as deleted where its model says so."""
        return self.writes.delete(key, reach, version=version)

    def create_many(self, rows: Iterable[Mapping[str, Any]], reach: Reach) -> int:
        """Create all of the rows or none, and return how many."""
        return self.writes.create_many(rows, reach)

    def update_where(self, where: Filter, values: Mapping[str, Any], reach: Reach) -> int:
        """Update all of the rows that a filter finds or none, and return how many."""
        return self.writes.update_where(where, values, reach)

    def delete_where(self, where: Filter, reach: Reach) -> int:
        """Delete all of the rows that a filter finds or none, and return how many."""
        return self.writes.delete_where(where, reach)

    def restore(self, key: Key, at: float, reach: Reach) -> Saved:
        """Write the values back that the row had at a time, in seconds since 1970."""
        return self.writes.restore(key, at, reach)

    def transaction(self) -> AbstractContextManager[Work]:
        """Open a transaction, or a savepoint where one is open."""
        return self.writes.transaction(self)

    def related(self, key: Key, reach: Reach) -> tuple[Related, ...]:
        """Return what a delete of this row would touch."""
        return self.writes.related(key, reach)

    def history(self, key: Key, reach: Reach, *, limit: int = 50) -> list[Change]:
        """Return what was done to a row, newest first."""
        return self.writes.history(key, reach, limit=limit)


def open_store(
    kind: Kind, connections: Connections, find_store: Callable[[object], SqlStore | None]
) -> SqlStore:
    """Return a new store of a kind on the application whose connections these are.

    :param find_store: returns the stores of other kinds.
    """

    def reads_of(other: Kind) -> Reads:
        store = find_store(other.cls)
        return store.reads if store is not None else Reads(other, connections)

    reads = Reads(kind, connections)
    return SqlStore(kind, reads, Writes(make_writer(reads, reads_of)))
