"""The store of a mapped class."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from stack_core.description import Description, Key
from stack_core.finding import Finding
from stack_core.query import Aggregate, Page, Query, Reach
from stack_core.store import Ability

from ..model.kind import Kind
from .connections import Connections
from .reads import Reads


class SqlStore:
    """Reads and writes the rows of one mapped class; many threads may use it at once.

    :param reads: its reading half.
    """

    def __init__(self, kind: Kind, reads: Reads) -> None:
        self.kind = kind
        self.reads = reads

    @property
    def description(self) -> Description:
        """What the things look like."""
        return self.kind.description

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do beyond the required."""
        return self.reads.abilities

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

    def advise(self, query: Query) -> tuple[Finding, ...]:
        """Return which index this query misses."""
        return self.reads.advise(query)


def open_store(kind: Kind, connections: Connections) -> SqlStore:
    """Return a new store of a kind on the application whose connections these are."""
    return SqlStore(kind, Reads(kind, connections))
