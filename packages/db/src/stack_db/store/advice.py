"""Which index a query misses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Table, inspect
from sqlalchemy.engine import Inspector

from stack_core.filter import All, AnyOf, Filter, Is, Not, Some
from stack_core.finding import Finding
from stack_core.query import Query

from ..model.kind import Kind
from ..searching.index import find_index
from .condition import Relations
from .connections import Connections
from .order import with_key
from .relation import Relation
from .search import Search
from .statement import Statements

_EQUAL = frozenset({"eq", "in", "null"})
_RANGE = frozenset({"lt", "le", "gt", "ge"})


class Wanted(NamedTuple):
    """An index that would serve.

    :param equal: columns that are compared with one value, in whichever order.
    :param then: columns in this order, with whether each descends.
    :param sorts: they are of an order; otherwise of ranges.
    """

    kind: Kind
    table: Table
    equal: tuple[Column[Any], ...]
    then: tuple[tuple[Column[Any], bool], ...] = ()
    sorts: bool = False

    @property
    def columns(self) -> tuple[Column[Any], ...]:
        """All of its columns, in their order."""
        return self.equal + tuple(column for column, _ in self.then)


def advise(
    query: Query, statements: Statements, connections: Connections, search: Search
) -> tuple[Finding, ...]:
    """Return the indexes that a query misses, each with the line to write."""
    advisor = Advisor(statements.kind, statements.relations, statements.comparison.name)
    found = list(advisor.look(query))
    with connections.read() as connection:
        inspector = inspect(connection)
        missing = [each for each in found if not _is_served(each, inspector)]
    findings = [advisor.explain(each) for each in dict.fromkeys(missing)]
    findings += [each for wanted in found for each in advisor.explain_missing_values(wanted)]
    findings += advisor.explain_text(query.where)
    if (
        query.search
        and search.plan(query.search, query.search_in).how == "scan"
        and search.possible
    ):
        findings.append(_explain_search(statements.kind))
    return tuple(dict.fromkeys(findings))


class Advisor:
    """Finds the indexes that the queries of one kind could use."""

    def __init__(self, kind: Kind, relations: Relations, database: str) -> None:
        self._kind = kind
        self._relations = relations
        self._database = database

    def look(self, query: Query) -> Iterator[Wanted]:
        """Yield the indexes that would serve a query, whether or not they are there."""
        yield from self._behind(query.where, self._kind)
        equal = [c for each in _always(query.where, _EQUAL) for c in self._own(each.path)]
        ranges = [c for each in _always(query.where, _RANGE) for c in self._own(each.path)]
        order: list[tuple[Column[Any], bool]] = []
        for path in with_key(query.order):
            columns = self._own(path.removeprefix("-"))
            if not columns:
                break
            order += [(column, path.startswith("-")) for column in columns]
        plain = bool(query.order) and bool(order)
        then = self._trim(order) if plain else [(column, False) for column in ranges[:1]]
        same = tuple(dict.fromkeys(equal))
        rest = tuple((column, down) for column, down in then if column not in same)
        if same or rest:
            yield from self._one_table(same, rest, sorts=plain)

    def explain(self, wanted: Wanted) -> Finding:
        """Return what is said of an index that is missing."""
        table, cls = wanted.table.name, wanted.kind.cls.__name__
        names = [column.name for column in wanted.columns]
        name = "_".join(["ix", table, *names])[:63]
        shown = ", ".join(column.name for column in wanted.equal)
        parts = [repr(column.name) for column in wanted.equal]
        parts += [self._part(column, down) for column, down in wanted.then]
        ordered = " and ".join(column.name for column, _ in wanted.then)
        why = [f"compares {shown}"] if shown else []
        verb = "sorts by" if wanted.sorts else "compares the range of"
        why += [f"{verb} {ordered}"] if ordered else []
        return Finding(
            f"db.index.{name}",
            "info",
            f"No index of {table!r} serves a query that {' and '.join(why)}.",
            f"Add db.Index({name!r}, {', '.join(parts)}) to {cls}.__table_args__,"
            " then run flask db migrate.",
        )

    def explain_missing_values(self, wanted: Wanted) -> Iterator[Finding]:
        """Yield what no index can help: on MariaDB, missing values at the end of an order."""
        for column, _ in wanted.then:
            if self._database == "mysql" and wanted.sorts and column.nullable:
                yield Finding(
                    f"db.index.nullable.{wanted.table.name}.{column.name}",
                    "info",
                    f"MariaDB sorts all rows to put those without {column.name!r} last.",
                    f"Let {column.name!r} always have a value (nullable=False), if it can.",
                )

    def explain_text(self, where: Filter) -> Iterator[Finding]:
        """Yield what is said of text that no index of columns can find."""
        for part in _always(where, frozenset({"contains"})):
            for column in self._own(part.path):
                yield Finding(
                    f"db.index.contains.{column.table.name}.{column.name}",
                    "info",
                    f"No index can find text in the middle of {column.name!r}.",
                    f"Mark {self._kind.cls.__name__}.{part.path} with about(searchable=True)"
                    " and search, or ask for what it starts with.",
                )

    def _behind(self, part: Filter, kind: Kind) -> Iterator[Wanted]:
        """Yield the indexes of other tables that conditions through relations use."""
        if isinstance(part, All | AnyOf):
            for each in part.parts:
                yield from self._behind(each, kind)
        elif isinstance(part, Not):
            yield from self._behind(part.part, kind)
        elif isinstance(part, Some):
            *steps, last = part.path.split(".")
            relation = self._follow(kind, [*steps, last])
            yield from self._links(relation)
            yield from self._behind(part.part, relation.other)
        elif isinstance(part, Is) and "." in part.path and part.op in _EQUAL - {"null"}:
            *steps, last = part.path.split(".")
            other = self._follow(kind, steps).other
            for column in _columns(other, last):
                yield Wanted(other, column.table, (column,))

    def _links(self, relation: Relation) -> Iterator[Wanted]:
        if relation.property.secondary is None:
            pairs = relation.property.local_remote_pairs or ()
            columns = tuple(right for _, right in pairs if isinstance(right, Column))
            table = columns[0].table if columns else None
            if isinstance(table, Table):
                yield Wanted(relation.other, table, columns)

    def _follow(self, kind: Kind, steps: Sequence[str]) -> Relation:
        relation = self._relations.of(kind, steps[0])
        for name in steps[1:]:
            relation = self._relations.of(relation.other, name)
        return relation

    def _own(self, path: str) -> list[Column[Any]]:
        """Return the columns of a path that stand in the kind's own row."""
        return [] if "." in path else _columns(self._kind, path)

    def _trim(self, order: list[tuple[Column[Any], bool]]) -> list[tuple[Column[Any], bool]]:
        """Leave out the key at the end, which indexes have by themselves but on PostgreSQL."""
        key = set(self._kind.mapper.primary_key)
        while self._database != "postgresql" and order and order[-1][0] in key:
            order = order[:-1]
        return order

    def _one_table(
        self,
        equal: tuple[Column[Any], ...],
        then: tuple[tuple[Column[Any], bool], ...],
        *,
        sorts: bool,
    ) -> Iterator[Wanted]:
        """Yield the index, unless its columns stand in several tables: none can span those."""
        tables = {column.table for column in (*equal, *(column for column, _ in then))}
        for table in tables:
            some = tuple(column for column in equal if column.table is table)
            rest = tuple(each for each in then if each[0].table is table)
            if some or rest:
                yield Wanted(self._kind, table, some, rest if len(tables) == 1 else (), sorts)

    def _part(self, column: Column[Any], down: bool) -> str:
        if self._database == "postgresql" and down:
            end = ".nulls_last()" if column.nullable else ""
            return f"db.desc({column.name!r}){end}"
        return repr(column.name)


def _always(part: Filter, operators: frozenset[str]) -> Iterator[Is]:
    """Yield the comparisons that hold for every row that is found."""
    if isinstance(part, All):
        for each in part.parts:
            yield from _always(each, operators)
    elif isinstance(part, Is) and part.op in operators:
        yield part


def _columns(kind: Kind, name: str) -> list[Column[Any]]:
    """Return the table's columns behind a field, or none if it is computed or elsewhere."""
    names: Sequence[str] = (name,)
    if not name:
        names = kind.key
    elif (field := kind.description.by_name.get(name)) is not None and field.type == "relation":
        names = field.local
    attributes = kind.mapper.column_attrs
    found = [attributes[each].columns[0] for each in names if each in attributes]
    return [each for each in found if isinstance(each, Column)]


def _is_served(wanted: Wanted, inspector: Inspector) -> bool:
    """Tell whether a table has an index that begins with the columns."""
    table = wanted.table
    key = inspector.get_pk_constraint(table.name, schema=table.schema)
    lists = [key.get("constrained_columns") or []]
    lists += [
        each["column_names"]
        for each in inspector.get_unique_constraints(table.name, schema=table.schema)
    ]
    for each in inspector.get_indexes(table.name, schema=table.schema):
        partial = each.get("dialect_options", {}).get("postgresql_where")
        lists.append([] if partial else _names(each))
        if inspector.dialect.name == "postgresql" and not _sorts(wanted, each):
            lists.pop()
    equal = {column.name for column in wanted.equal}
    then = [column.name for column, _ in wanted.then]
    return any(_serves(names, equal, then) for names in lists)


def _sorts(wanted: Wanted, index: Any) -> bool:
    """Tell whether missing values stand in an index of PostgreSQL where the order has them."""
    sorting = index.get("column_sorting") or {}
    return all(
        {"desc", "nulls_last"} <= set(sorting.get(column.name, ()))
        for column, down in wanted.then
        if down and column.nullable
    )


def _names(index: Any) -> list[Any]:
    """Return the columns of an index, those that are sorted in a way of their own too."""
    expressions = index.get("expressions") or index["column_names"]
    return [str(each).split(" ", 1)[0].strip('"`') for each in expressions]


def _serves(names: Sequence[Any], equal: set[str], then: Sequence[str]) -> bool:
    rest = list(names)
    waiting = set(equal)
    while rest and rest[0] in waiting:
        waiting.discard(rest.pop(0))
    return not waiting and rest[: len(then)] == list(then)


def _explain_search(kind: Kind) -> Finding:
    table = kind.mapper.local_table
    made = isinstance(table, Table) and find_index(table) is not None
    word = kind.description.kind
    return Finding(
        f"db.index.search.{word}",
        "info",
        f"A search of {word!r} reads every row, as its index is missing.",
        "Run flask db migrate and flask db upgrade, which make it."
        if made
        else "Mark columns of its own table with about(searchable=True).",
    )
