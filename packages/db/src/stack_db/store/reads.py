"""Reading the things of one kind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.engine import Connection

from stack_core.description import Key
from stack_core.filter import TRUE, Filter, Is
from stack_core.finding import Finding
from stack_core.query import Aggregate, Page, Query, Reach
from stack_core.store import Ability

from ..model.kind import Kind
from .connections import Connections
from .grouping import Grouping
from .kept import Kept
from .linking import CHUNK, Linking
from .outline import Values
from .paging import Paging
from .question import Ground
from .relation import Condition
from .statement import RowStatement, Statements
from .stream import open_stream


class Reads:
    """Reads one kind of thing on one application; many threads may use it at once.

    :param connections: to the database that it lives in.
    """

    def __init__(self, kind: Kind, connections: Connections) -> None:
        self.kind = kind
        self.connections = connections
        self.statements = Statements(kind, connections.dialect)
        self._kept: Kept[Any] = Kept(connections.shelf)
        self._ground = Ground(self.statements, connections, connections.scan_rows)
        self._paging, self._grouping = Paging(self._ground), Grouping(self._ground)
        self._linking = Linking(self.statements, connections, self._kept)

    @property
    def abilities(self) -> frozenset[Ability]:
        """What reading can do beyond the required."""
        able: set[Ability] = {"stream", "aggregate", "advise", "links"}
        if self._ground.search.possible:
            able.add("search")
        if self.connections.dialect.name == "postgresql":
            able.add("estimate")
        return frozenset(able)

    def page(self, query: Query, reach: Reach) -> Page:
        """Return the rows between two positions: one statement, and one for their total."""
        return self._paging.page(query, reach)

    def row(self, key: Key, fields: Sequence[str], reach: Reach) -> tuple[Any, ...] | None:
        """Return one row's values, or None where there is none in reach."""
        values = Values()
        outline = ("row", tuple(fields), values.outline_reach(reach))
        read: RowStatement = self._kept.find(
            outline,
            lambda: self.statements.rows(TRUE, fields, reach, self._by_key()),
            lasting=values.lasting,
        )
        bound = self._bind_key(key, values)
        found = self.connections.fetch(read.statement, bound)
        return read.row(found[0]) if found else None

    def get(self, key: Key, reach: Reach) -> Any | None:
        """Return the object in the caller's session, or None where there is none in reach."""
        values = Values()
        outline = ("get", values.outline_reach(reach))
        statement = self._kept.find(outline, lambda: self._make_get(reach), lasting=values.lasting)
        bound = self._bind_key(key, values)
        session = self.connections.database.session
        return session.scalars(statement, bound).unique().first()

    def stream(self, query: Query, reach: Reach) -> Iterator[tuple[Any, ...]]:
        """Return every row one by one; it holds a connection until it is exhausted or closed."""
        question = self._ground.ask(query, reach)
        read: RowStatement = self._ground.find(
            question,
            ("stream", query.fields, query.order),
            lambda: self.statements.stream(query, reach, *question.conditions()),
        )
        return open_stream(self.connections, read.statement, question.values.bound, read.row)

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        """Return a line for each group, in the order of the groups' values."""
        return self._grouping.aggregate(what, reach)

    def links(
        self, name: str, keys: Sequence[Key], reach: Reach, *, limit: int
    ) -> list[tuple[Key, Key]]:
        """Return the pairs of keys that a to-many relation links, in their order."""
        return self._linking.links(name, keys, reach, limit)

    def advise(self, query: Query) -> tuple[Finding, ...]:
        """Return which index this query misses."""
        from .advice import advise

        return advise(query, self.statements, self.connections, self._ground.search)

    def keys_within(self, keys: Sequence[Key], reach: Reach, connection: Connection) -> set[Key]:
        """Return those of the keys whose rows are in reach, as this connection sees them."""
        found: set[Key] = set()
        for start in range(0, len(keys), CHUNK):
            where = Is("", "in", keys[start : start + CHUNK])
            found.update(self.keys_where(where, reach, connection, lock=False))
        return found

    def is_marked_within(self, key: Key, reach: Reach, connection: Connection) -> bool:
        """Tell whether a row is in reach that may be marked as deleted."""
        values = Values()
        outline = ("marked", values.outline_reach(reach))
        read: RowStatement = self._kept.find(
            outline,
            lambda: self.statements.rows(TRUE, (), reach, self._by_key(), marked=True),
            lasting=values.lasting,
        )
        return bool(connection.execute(read.statement, self._bind_key(key, values)).all())

    def keys_where(
        self, where: Filter, reach: Reach, connection: Connection, *, lock: bool = True
    ) -> list[Key]:
        """Return the keys of all rows that are wanted and in reach.

        :param lock: nobody else may change them as long as the transaction lasts.
        """
        values = Values()
        outline = ("keys", lock, values.outline(where, "w"), values.outline_reach(reach))
        read: RowStatement = self._kept.find(
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
        outline = ("values", lock, tuple(fields), values.outline_reach(reach))
        read: RowStatement = self._kept.find(
            outline,
            lambda: self._locking(fields, TRUE, reach, lock, self._by_key()),
            lasting=values.lasting,
        )
        bound = self._bind_key(key, values)
        found = connection.execute(read.statement, bound).first()
        return None if found is None else read.row(found)

    def _locking(
        self,
        fields: Sequence[str],
        where: Filter,
        reach: Reach,
        lock: bool,
        *more: Condition,
    ) -> RowStatement:
        read = self.statements.rows(where, fields, reach, *more)
        if not lock:
            return read
        # PostgreSQL locks nothing that may be missing, such as what is joined from outside.
        locked = read.statement.with_for_update(of=self.kind.cls)
        return read._replace(statement=locked)

    def _make_get(self, reach: Reach) -> Any:
        conditions = self.statements.conditions(TRUE, reach, self._by_key())
        return select(self.kind.cls).where(*conditions)

    def _by_key(self) -> Condition:
        return self.statements.by_key()

    def _bind_key(self, key: Key, values: Values) -> dict[str, Any]:
        """Add the values of a key.

        :raises LookupError: it has another number of columns.
        """
        given = key if isinstance(key, tuple) else (key,)
        if len(given) != len(self.kind.key):
            word = self.kind.description.kind
            raise LookupError(
                f"{key!r} is no key of {word!r}. Give {len(self.kind.key)} values as a tuple."
            )
        bound = values.bound
        for index, each in enumerate(given):
            bound[f"k{index}"] = each
        return bound
