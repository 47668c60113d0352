"""Reading the things of one kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from stack_core.description import Key
from stack_core.filter import TRUE, Filter, Is
from stack_core.query import Aggregate, Page, Position, Query, Reach, Total
from stack_core.store import Ability

from ..model.kind import Kind
from .aggregation import AggregateStatement, Aggregation, zoned_groups
from .condition import Conditions
from .connections import Connections
from .order import Mark, mark_position, with_key
from .outline import Values
from .period import bind_offsets, find_offsets
from .statement import Kept, RowStatement, Statements
from .stream import open_stream
from .total import Explain, read_capped, read_estimate

CHUNK = 500
"""How many keys one statement names."""


class Reads:
    """Reads one kind of thing on one application; many threads may use it at once.

    :param connections: to the database that it lives in.
    """

    def __init__(self, kind: Kind, connections: Connections) -> None:
        self.kind = kind
        self.connections = connections
        self.statements = Statements(kind, connections.dialect)
        self._kept: Kept[Any] = Kept()

    def page(self, query: Query, reach: Reach) -> Page:
        """Return the rows between two positions: one statement, and one for their total."""
        values = Values()
        outline = (query.fields, query.order, *self._outline(query, reach, values))
        mark = None
        if query.position is not None:
            mark, bound = mark_position(query.position, len(with_key(query.order)))
            values.bound.update(bound)
        read: RowStatement = self._kept.find(
            ("page", outline, mark, bool(query.offset)),
            lambda: self.statements.page(query, reach, mark),
            lasting=values.lasting,
        )
        values.bound["limit"] = query.limit + 1
        if query.offset:
            values.bound["offset"] = query.offset
        found = self.connections.fetch(read.statement, values.bound)
        more = len(found) > query.limit
        del found[query.limit :]
        total = self._total(query, reach, values, len(found), more=more)
        return _make_page(query, read, found, mark, more=more, total=total)

    def row(self, key: Key, fields: Sequence[str], reach: Reach) -> tuple[Any, ...] | None:
        """Return one row's values, or None where there is none in reach."""
        values = Values()
        values.bound.update(_key_values(key))
        outline = ("row", tuple(fields), values.outline_reach(reach))
        read: RowStatement = self._kept.find(
            outline,
            lambda: self.statements.rows(TRUE, fields, reach, self._by_key()),
            lasting=values.lasting,
        )
        found = self.connections.fetch(read.statement, values.bound)
        return read.row(found[0]) if found else None

    def get(self, key: Key, reach: Reach) -> Any | None:
        """Return the object in the caller's session, or None where there is none in reach."""
        values = Values()
        values.bound.update(_key_values(key))
        outline = ("get", values.outline_reach(reach))
        statement = self._kept.find(
            outline,
            lambda: select(self.kind.cls).where(
                *self.statements.conditions(TRUE, reach, self._by_key())
            ),
            lasting=values.lasting,
        )
        return self.connections.database.session.scalars(statement, values.bound).unique().first()

    def stream(self, query: Query, reach: Reach) -> Iterator[tuple[Any, ...]]:
        """Return every row one by one; it holds a connection until it is exhausted or closed."""
        values = Values()
        outline = ("stream", query.fields, query.order, *self._outline(query, reach, values))
        read: RowStatement = self._kept.find(
            outline, lambda: self.statements.stream(query, reach), lasting=values.lasting
        )
        return open_stream(self.connections, read.statement, values.bound, read.row)

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        """Return a line for each group, in the order of the groups' values."""
        values = Values()
        outline = self._outline(what, reach, values)
        values.bound["limit"] = what.limit
        counts = self._bind_zones(what, reach, values, outline)
        read: AggregateStatement = self._kept.find(
            ("aggregate", what.measures, what.groups, tuple(counts.items()), outline),
            lambda: Aggregation(self.statements, reach, counts).build(what),
            lasting=values.lasting,
        )
        return [read.line(row) for row in self.connections.fetch(read.statement, values.bound)]

    def keys_within(self, keys: Sequence[Key], reach: Reach, connection: Connection) -> set[Key]:
        """Return those of the keys whose rows are in reach, as this connection sees them."""
        found: set[Key] = set()
        for start in range(0, len(keys), CHUNK):
            where = Is("", "in", keys[start : start + CHUNK])
            found.update(self.keys_where(where, reach, connection, lock=False))
        return found

    def keys_where(
        self, where: Filter, reach: Reach, connection: Connection, *, lock: bool = True
    ) -> list[Key]:
        """Return the keys of all rows that are wanted and in reach.

        :param lock: nobody else may change them as long as the transaction lasts.
        """
        values = Values()
        outline = ("keys", lock, values.outline(where, "w"), values.outline_reach(reach))
        read = self._kept.find(
            outline, lambda: self._locking((), where, reach, lock), lasting=values.lasting
        )
        return [read.key(row) for row in connection.execute(read.statement, values.bound).all()]

    def values(
        self,
        key: Key,
        fields: Sequence[str],
        reach: Reach,
        connection: Connection,
        *,
        lock: bool = False,
    ) -> tuple[Any, ...] | None:
        """Return one row's values, as this connection sees them, or None.

        :param lock: nobody else may change it as long as the transaction lasts.
        """
        values = Values()
        where = Is("", "eq", key)
        wanted, allowed = values.outline(where, "w"), values.outline_reach(reach)
        outline = ("values", lock, tuple(fields), wanted, allowed)
        read = self._kept.find(
            outline, lambda: self._locking(fields, where, reach, lock), lasting=values.lasting
        )
        found = connection.execute(read.statement, values.bound).first()
        return None if found is None else read.row(found)

    @property
    def abilities(self) -> frozenset[Ability]:
        """What reading can do beyond the required."""
        return frozenset()

    def _locking(
        self, fields: Sequence[str], where: Filter, reach: Reach, lock: bool
    ) -> RowStatement:
        read = self.statements.rows(where, fields, reach)
        if not lock:
            return read
        # PostgreSQL locks nothing that may be missing, such as what is joined from outside.
        locked = read.statement.with_for_update(of=self.kind.cls)
        return read._replace(statement=locked)

    def _outline(
        self, query: Query | Aggregate, reach: Reach, values: Values
    ) -> tuple[Hashable, Hashable]:
        return values.outline(query.where, "w"), values.outline_reach(reach)

    def _bind_zones(
        self, what: Aggregate, reach: Reach, values: Values, outline: Hashable
    ) -> dict[int, int]:
        """Bind the time zones of groups, and return how many offsets each has there.

        Only PostgreSQL knows zones in every installation. Elsewhere the offsets
        are Python's, for the years that there are.
        """
        counts: dict[int, int] = {}
        database = self.statements.comparison.name
        for index in zoned_groups(what, self.statements, reach):
            path, zone = what.groups[index].path, what.groups[index].zone
            if database == "postgresql":
                values.bound[f"z{index}"] = zone
                continue
            make = partial(Aggregation(self.statements, reach).bounds, path, what)
            statement = self._kept.find(
                ("bounds", path, outline), make, lasting=values.lasting
            )
            ((first, last),) = self.connections.fetch(statement, values.bound)
            years = (2000, 2000) if first is None else (first.year, last.year)
            offsets = find_offsets(zone, *years)
            values.bound.update(bind_offsets(offsets, f"z{index}", database))
            counts[index] = len(offsets)
        return counts

    def _by_key(self) -> Any:
        conditions = Conditions(self.statements.comparison, self.statements.relations)
        key = tuple(None for _ in self.kind.key) if len(self.kind.key) > 1 else 0
        return conditions.make(Is("", "eq", key), "k", self.kind, self.kind.cls)

    def _total(
        self, query: Query, reach: Reach, values: Values, shown: int, *, more: bool
    ) -> Total | None:
        if query.total == "none":
            return None
        if query.position is None and not more and (shown or not query.offset):
            # The last page is here, so nothing is left to be counted.
            return Total(query.offset + shown)
        how = query.total
        if how == "estimate" and self.connections.dialect.name != "postgresql":
            how = "capped"
        outline = (how, *self._outline(query, reach, values))
        statement = self._kept.find(
            outline, lambda: self._make_total(how, query, reach), lasting=values.lasting
        )
        bound = {**values.bound, "cap": query.cap + 1}
        found = self.connections.fetch(statement, bound)[0][0]
        if how == "estimate":
            return read_estimate(found)
        return Total(found) if how == "exact" else read_capped(found, query.cap)

    def _make_total(self, how: str, query: Query, reach: Reach) -> Any:
        if how == "exact":
            return self.statements.count(query, reach)
        if how == "capped":
            return self.statements.capped(query, reach)
        return Explain(self.statements.matching(query, reach))


def _make_page(
    query: Query,
    read: RowStatement,
    found: list[Any],
    mark: Mark | None,
    *,
    more: bool,
    total: Total | None,
) -> Page:
    backwards = mark is not None and mark.backwards
    if backwards:
        found.reverse()
    somewhere = mark is not None and bool(mark.missing)
    before = more if backwards else somewhere or query.offset > 0
    after = somewhere if backwards else more
    return Page(
        fields=query.fields,
        rows=list(map(read.row, found)),
        keys=list(map(read.key, found)),
        total=total,
        next=Position(read.mark(found[-1])) if found and after else None,
        previous=Position(read.mark(found[0]), backwards=True) if found and before else None,
    )


def _key_values(key: Key) -> dict[str, Any]:
    return {f"k{i}": each for i, each in enumerate(key if isinstance(key, tuple) else (key,))}
