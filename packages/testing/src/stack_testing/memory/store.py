"""A store whose rows are in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice
from typing import Any

from stack_core.description import Description, Key
from stack_core.event import Change
from stack_core.finding import Finding
from stack_core.problem import NotFound, Unable
from stack_core.query import EVERYTHING, Aggregate, Page, Query, Reach, Total
from stack_core.store import Ability, Related, Store, Work

from .aggregation import aggregate
from .checking import check_paths, find_many
from .deletion import touched
from .journal import entries_of
from .kind import Kind
from .ordering import Order
from .record import Record
from .schema import Schema
from .stores import MemoryStores
from .work import MemoryWork

ABILITIES: frozenset[Ability] = frozenset(
    {"search", "stream", "bulk", "history", "restore", "related", "aggregate", "advise", "links"}
)


class MemoryStore(MemoryWork, Store):
    """A store whose rows are in memory: every rule of a store holds, without a database.

    Rows are compared by Python, so text sorts by the numbers of its letters.
    Each thread sees its own writes and what is committed. Threads write one
    after the other.

    :param rows: what is in it from the start; what they lead to may come later.
    :param related: the stores that it knows; it is one of them from now on.
    :param schema: how the rows are kept.
    """

    def __init__(
        self,
        description: Description,
        rows: Iterable[Mapping[str, Any]] = (),
        *,
        related: MemoryStores | None = None,
        schema: Schema = Schema(),  # noqa: B008 - a frozen value
    ) -> None:
        self._stores = MemoryStores() if related is None else related
        self._kind = Kind(description, schema)
        self._stores.add(self, self._kind)
        with self._stores.tables.transaction() as transaction:
            for row in rows:
                self._writing(transaction, EVERYTHING).add(row, links=False)

    def __repr__(self) -> str:
        return f"MemoryStore({self.description.kind!r})"

    @property
    def abilities(self) -> frozenset[Ability]:
        """All but an estimate: counting is exact here."""
        return ABILITIES

    def page(self, query: Query, reach: Reach) -> Page:
        """Return the rows between two positions."""
        check_paths(self.description, (*query.fields, *query.order), reach)
        return Order(query.order).cut(self._find(query, reach), query)

    def row(self, key: Key, fields: Sequence[str], reach: Reach) -> tuple[Any, ...] | None:
        """Return one row's values, or None where there is none in reach."""
        check_paths(self.description, fields, reach)
        view = self._look(key, reach)
        return None if view is None else tuple(view.value(path) for path in fields)

    def get(self, key: Key, reach: Reach) -> Record | None:
        """Return a row as a record, or None where there is none in reach."""
        view = self._look(key, reach)
        return None if view is None else view.record()

    def stream(self, query: Query, reach: Reach) -> Iterator[tuple[Any, ...]]:
        """Return every row one by one, as they were when it was asked for."""
        whole = Query(fields=query.fields, order=query.order, limit=2**63)
        check_paths(self.description, (*query.fields, *query.order), reach)
        found = self._find(query, reach)
        return (row for row in Order(query.order).cut(found, whole).rows)

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        """Return a line for each group."""
        paths = [each.path for each in what.measures] + [each.path for each in what.groups]
        check_paths(self.description, paths, reach)
        return aggregate(what, self._find(what, reach))

    def related(self, key: Key, reach: Reach) -> tuple[Related, ...]:
        """Return what a delete of this row would touch, hidden rows too."""
        view = self._look(key, reach)
        if view is None:
            raise NotFound("There is no such row.")
        return tuple(
            Related(link.kind, link.field.name, Total(len(link.views)), link.what)
            for link in touched(view)
        )

    def history(self, key: Key, reach: Reach, *, limit: int = 50) -> list[Change]:
        """Return what was done to a row, newest first."""
        if self._look(key, reach) is None:
            raise NotFound("There is no such row.")
        entries = entries_of(self._stores.tables.snapshot(), self._kind.name, key)
        return [entry.change for entry in entries[:limit]]

    def links(
        self, name: str, keys: Sequence[Key], reach: Reach, *, limit: int
    ) -> list[tuple[Key, Key]]:
        """Return the pairs of keys that a to-many relation links, in their order."""
        field = find_many(self.description, name, reach)
        if field.far:
            raise Unable(f"What {name!r} leads to is kept elsewhere. Ask for it there.")
        views = (self._look(key, reach) for key in sorted(set(keys)))
        found = ((view.key, sorted({o.key for o in view.many(field)})) for view in views if view)
        return list(islice(((key, other) for key, others in found for other in others), limit))

    def advise(self, query: Query) -> tuple[Finding, ...]:
        """Return nothing: memory misses no index."""
        return ()

    @contextmanager
    def transaction(self) -> Iterator[Work]:
        """Open a transaction of all stores that it knows, or a savepoint where one is open."""
        with self._stores.tables.transaction():
            yield self
