"""What a delete would touch: rows that go too, lose their link, or forbid it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Literal

from sqlalchemy import (
    Connection,
    ForeignKeyConstraint,
    Table,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import RelationshipProperty
from sqlalchemy.orm.interfaces import MANYTOONE

from stack_core.description import Key
from stack_core.problem import NotFound
from stack_core.query import Reach, Total
from stack_core.store import Related

from ..model.kind import Kind
from .comparison import join
from .linking import CHUNK
from .placement import NO_SUCH_ROW, Placement
from .reads import Reads
from .write_statement import among, bind_keys

CAP = 1000
"""How far rows are counted."""

What = Literal["delete", "clear", "refuse"]
_BY_RULE: dict[str | None, What] = {
    "CASCADE": "delete",
    "SET NULL": "clear",
    "SET DEFAULT": "clear",
}


class Touching:
    """Finds what a delete of rows of one kind would touch.

    :param kind_of: returns the kind that a table keeps, or None.
    :param enforced: tells whether the database checks foreign keys.
    """

    def __init__(
        self,
        placement: Placement,
        reads: Reads,
        *,
        kind_of: Callable[[str], Kind | None],
        enforced: Callable[[], bool],
    ) -> None:
        self._placement = placement
        self._reads = reads
        self._kind_of = kind_of
        self._enforced = enforced

    def related(self, key: Key, reach: Reach) -> tuple[Related, ...]:
        """Return what a delete of a row would touch, rows that the asker does not see too.

        A row that would only be marked as deleted touches nothing.

        :raises NotFound: there is no such row in reach.
        """
        with self._reads.connections.read() as connection:
            if not self._reads.keys_within([key], reach, connection):
                raise NotFound(NO_SUCH_ROW)
            if self._placement.soft is not None:
                return ()
            return tuple(self._find(key, connection))

    def find_needing(self, keys: Sequence[Key], connection: Connection) -> str:
        """Return the word of a kind whose rows forbid that others go, or nothing."""
        for edge in [edge for edge, what in self._edges() if what == "refuse"]:
            for start in range(0, len(keys), CHUNK):
                if self._count(edge, keys[start : start + CHUNK], connection, 1):
                    return self.word_of(edge.table.name)
        return ""

    def word_of(self, table: str) -> str:
        """Return the word of the kind that a table keeps, or the table's name."""
        kind = self._kind_of(table)
        return kind.description.kind if kind is not None else table

    def _find(self, key: Key, connection: Connection) -> Iterator[Related]:
        for edge, what in self._edges():
            count = self._count(edge, [key], connection, CAP + 1)
            if count:
                total = Total(count) if count <= CAP else Total(CAP, "capped")
                kind = self._kind_of(edge.table.name)
                word = self.word_of(edge.table.name)
                yield Related(word, _name(kind, edge), total, what)

    def _edges(self) -> Iterator[tuple[ForeignKeyConstraint, What]]:
        """Yield the foreign keys that lead to the kind's rows, and what becomes of theirs."""
        mapper = self._placement.kind.mapper
        own = [table for table in mapper.tables if isinstance(table, Table)]
        enforced = self._enforced()
        for other in self._placement.table.metadata.tables.values():
            for edge in other.foreign_key_constraints:
                if edge.referred_table not in own or _is_part(edge, own):
                    continue
                what = self._find_what(edge)
                if what is not None or enforced:
                    yield edge, what or _BY_RULE.get((edge.ondelete or "").upper(), "refuse")

    def _find_what(self, edge: ForeignKeyConstraint) -> What | None:
        """Return what the objects do with the rows of a foreign key; None if the database does."""
        for relationship in self._placement.kind.mapper.relationships:
            if relationship.viewonly or relationship.direction is MANYTOONE:
                continue
            if relationship.passive_deletes or not _leads_by(relationship, edge):
                continue
            if relationship.secondary is not None or relationship.cascade.delete:
                return "delete"
            return "clear" if all(column.nullable for column in edge.columns) else "refuse"
        return None

    def _count(
        self, edge: ForeignKeyConstraint, keys: Sequence[Key], connection: Connection, most: int
    ) -> int:
        needed = [element.column for element in edge.elements]
        rows = self._placement.kind.mapper.selectable
        wanted = among(self._placement.key, self._reads.statements.comparison)
        chosen = select(*needed).select_from(rows).where(wanted)
        columns = list(edge.columns)
        lines: Any = select(literal_column("1").label("one"))
        lines = lines.where(join(columns).in_(chosen)).limit(most)
        statement = select(func.count()).select_from(lines.subquery())
        found: int = connection.execute(statement, bind_keys(keys)).scalar_one()
        return found


def _is_part(edge: ForeignKeyConstraint, own: Sequence[Table]) -> bool:
    """Tell whether a foreign key joins the tables of a class that derives from another."""
    return edge.table in own and edge.table is not edge.referred_table


def _leads_by(relationship: RelationshipProperty[Any], edge: ForeignKeyConstraint) -> bool:
    return {right for _, right in relationship.synchronize_pairs} == set(edge.columns)


def _name(kind: Kind | None, edge: ForeignKeyConstraint) -> str:
    """Return the relation that a foreign key is of, or its columns."""
    columns = tuple(column.name for column in edge.columns)
    if kind is not None:
        for name, own in Placement(kind).columns.items():
            if {column.name for column in own} == set(columns):
                return name
    return ", ".join(columns)
