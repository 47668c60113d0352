"""Statements that are built once for each outline of a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import and_, func, literal_column, select, union_all
from sqlalchemy.engine import Dialect
from sqlalchemy.sql import ColumnElement

from stack_core.filter import Filter
from stack_core.query import EVERYTHING, Query, Reach

from ..model.kind import Kind
from .comparison import Comparison
from .condition import Conditions, Relations
from .joining import Joining
from .layout import Getter, Layout
from .order import Mark, Order, with_key
from .outline import count_parameter, parameter
from .relation import Condition, key_columns


class RowStatement(NamedTuple):
    """A statement for rows, and what takes each of its rows apart.

    :param row: the values of the fields.
    :param key: the row's key.
    :param mark: the values of the order, of which a position is made.
    """

    statement: Any
    row: Getter
    key: Getter
    mark: Getter


class Statements:
    """Builds the statements that read one kind of thing.

    :param dialect: of the database that they are for.
    """

    def __init__(self, kind: Kind, dialect: Dialect) -> None:
        self.kind = kind
        self.root = kind.cls
        self.comparison = Comparison(dialect)
        self.relations = Relations()

    def conditions(
        self, where: Filter, reach: Reach, *more: Condition, marked: bool = False
    ) -> list[ColumnElement[bool]]:
        """Return the conditions of rows that are wanted, allowed and not marked as deleted.

        :param marked: those that are marked as deleted as well.
        """
        wanted = Conditions(self.comparison, self.relations, reach)
        allowed = Conditions(self.comparison, self.relations, EVERYTHING)
        return [
            *(() if marked else wanted.alive(self.kind, self.root)),
            wanted.make(where, "w", self.kind, self.root),
            allowed.make(reach.row, "r", self.kind, self.root),
            *more,
        ]

    def by_key(self) -> Condition:
        """Return the condition that a row has the key that is bound under ``k``."""
        return and_(
            *(
                self.comparison.equal(column, parameter(f"k{index}", column.type))
                for index, column in enumerate(key_columns(self.kind, self.root))
            )
        )

    def joining(self, reach: Reach) -> Joining:
        """Return a statement's joins, none as yet."""
        return Joining(Conditions(self.comparison, self.relations, reach), self.kind, self.root)

    def page(
        self,
        query: Query,
        reach: Reach,
        mark: Mark | None,
        *more: Condition,
        within: Sequence[Condition] = (),
    ) -> RowStatement:
        """Build the statement for a page's rows, bounded by ``limit`` and ``offset``.

        :param within: looked for among the first ``bound`` rows only.
        """
        joining = self.joining(reach)
        layout = Layout(joining)
        paths = with_key(query.order)
        row, key = layout.rows(query.fields), layout.value("")
        marks = layout.rows([path.removeprefix("-") for path in paths])
        whole: Any = select(*layout.columns).select_from(self.root)
        order = Order(joining, paths, self.comparison.name)
        backwards = mark is not None and mark.backwards
        ranges = order.beyond(mark) if mark is not None else []
        where = self.conditions(query.where, reach, *more)
        if not within and len(ranges) < 2 and not query.offset:
            statement = joining.apply(whole).where(*where, *ranges)
            ends = order.by(backwards=backwards)
        else:
            limit = "bound" if within else "limit"
            offset = "offset" if query.offset and not within else ""
            chosen = self._choose(reach, where, paths, mark, limit, offset)
            statement = joining.apply(whole.join(chosen, self._same_key(chosen))).where(*within)
            # By an index of the table's own, SQLite would read all of it for a limit.
            ends = order.by(backwards=backwards, table=chosen)
            if within and query.offset:
                statement = statement.offset(count_parameter("offset"))
        limited = statement.order_by(*ends).limit(count_parameter("limit"))
        return RowStatement(limited, row, key, marks)

    def stream(self, query: Query, reach: Reach, *more: Condition) -> RowStatement:
        """Build the statement for every row of a query, in its order."""
        joining = self.joining(reach)
        layout = Layout(joining)
        order = Order(joining, with_key(query.order), self.comparison.name)
        row, key = layout.rows(query.fields), layout.value("")
        ends = order.by(backwards=False)
        statement = joining.apply(select(*layout.columns).select_from(self.root))
        statement = statement.where(*self.conditions(query.where, reach, *more))
        return RowStatement(statement.order_by(*ends), row, key, key)

    def rows(
        self,
        where: Filter,
        fields: Sequence[str],
        reach: Reach,
        *more: Condition,
        marked: bool = False,
    ) -> RowStatement:
        """Build the statement for rows in no order.

        :param marked: those that are marked as deleted as well.
        """
        joining = self.joining(reach)
        layout = Layout(joining)
        row, key = layout.rows(fields), layout.value("")
        statement = select(*layout.columns).select_from(self.root)
        found = self.conditions(where, reach, *more, marked=marked)
        return RowStatement(joining.apply(statement).where(*found), row, key, key)

    def matching(self, query: Query, reach: Reach, *more: Condition) -> Any:
        """Build the statement that has a line for each row that a query finds."""
        found: Any = select(literal_column("1").label("one")).select_from(self.root)
        return found.where(*self.conditions(query.where, reach, *more))

    def count(self, query: Query, reach: Reach, *more: Condition) -> Any:
        """Build the statement that counts the rows that a query finds."""
        found = select(func.count()).select_from(self.root)
        return found.where(*self.conditions(query.where, reach, *more))

    def bounded(self, query: Query, reach: Reach, within: Sequence[Condition]) -> Any:
        """Build the statement that counts those of the first ``bound`` rows that are wanted."""
        where, paths = self.conditions(query.where, reach), with_key(query.order)
        chosen = self._choose(reach, where, paths, None, "bound", "")
        rows: Any = select(literal_column("1")).select_from(self.root)
        found = rows.join(chosen, self._same_key(chosen)).where(*within)
        return select(func.count()).select_from(found.limit(count_parameter("cap")).subquery())

    def capped(self, query: Query, reach: Reach, *more: Condition) -> Any:
        """Build the statement that counts them up to ``cap`` and no further."""
        found = self.matching(query, reach, *more).limit(count_parameter("cap"))
        return select(func.count()).select_from(found.subquery())

    def _choose(
        self,
        reach: Reach,
        where: list[Condition],
        paths: Sequence[str],
        mark: Mark | None,
        limit: str,
        offset: str,
    ) -> Any:
        """Return the keys and the order of some rows as a table; only these are read whole.

        :param limit: the name of the number of rows. ``offset``: of those before, or empty.
        """
        joining = self.joining(reach)
        order = Order(joining, paths, self.comparison.name)
        ends = order.by(backwards=mark is not None and mark.backwards)
        keys = key_columns(self.kind, self.root)
        named = [column.label(f"k{index}") for index, column in enumerate(keys)]
        statement: Any = select(*named, *order.columns()).select_from(self.root)
        statement = joining.apply(statement).where(*where).order_by(*ends)
        statement = statement.limit(count_parameter(limit))
        if offset:
            statement = statement.offset(count_parameter(offset))
        ranges = order.beyond(mark) if mark is not None else []
        if len(ranges) < 2:
            return statement.where(*ranges).subquery()
        parts = [select(*statement.where(each).subquery().c) for each in ranges]
        return union_all(*parts).subquery()

    def _same_key(self, chosen: Any) -> Any:
        keys = key_columns(self.kind, self.root)
        return and_(*(column == chosen.c[f"k{index}"] for index, column in enumerate(keys)))
