"""Looking for text in all searchable fields, by an index where there is one."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from time import monotonic
from typing import Any, Literal, NamedTuple

from sqlalchemy import (
    Table,
    Text,
    bindparam,
    cast,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    text,
    tuple_,
)
from sqlalchemy import table as make_table
from sqlalchemy.engine import Connection
from sqlalchemy.sql import ColumnElement

from ..searching.index import SHORTEST, SearchIndex, find_index, quote
from ..searching.server import find_server
from .connections import Connections
from .outline import pattern
from .relation import Condition
from .statement import Statements

How = Literal["none", "index", "scan", "bounded"]
LOOKED_AT = 60.0
"""Seconds after which it is asked again whether there is an index, or how big the table is."""


class SearchPlan(NamedTuple):
    """How one search is done.

    :param bound: the values.
    :param make: returns the conditions, whose outline is ``outline``.
    """

    how: How
    outline: Hashable
    bound: dict[str, Any]
    make: Callable[[], list[Condition]]


NOTHING = SearchPlan("none", None, {}, list)


class Found(NamedTuple):
    """What a database has for the searches of a kind.

    :param usable: the index, if it is there and in step.
    :param pieces: on PostgreSQL, the index is of pieces and not of pg_trgm.
    """

    usable: SearchIndex | None
    pieces: bool
    at: float


class Search:
    """The searches of one kind of thing.

    :param most: how many rows a search without an index reads.
    """

    def __init__(self, statements: Statements, connections: Connections, most: int) -> None:
        self.most = most
        self._statements = statements
        self._connections = connections
        self._names = [each.name for each in statements.kind.description.fields if each.searchable]
        self._wanted = self._find_wanted()
        self._found: Found | None = None
        self._large: tuple[bool, float] = (False, 0.0)

    @property
    def possible(self) -> bool:
        """Whether there is a field to look into."""
        return bool(self._names)

    def plan(self, given: str, names: Sequence[str] | None = None) -> SearchPlan:
        """Return how a text is looked for: each of its words in any of the fields.

        :param names: those of the fields to look into; None: all.
        :raises LookupError: one of them is not searchable.
        """
        words = given.split()
        if not words:
            return NOTHING
        names = tuple(self._names if names is None else names)
        for name in names:
            if name not in self._names:
                word = self._statements.kind.description.kind
                raise LookupError(f"{name!r} is no searchable field of {word!r}.")
        bound: dict[str, Any] = {f"s{i}": f"%{pattern(word)}%" for i, word in enumerate(words)}
        long = [word for word in words if len(word) >= SHORTEST]
        found = self._look() if long and self._wanted is not None else None
        if found is None or found.usable is None or self._is_blind():
            outline: Hashable = (len(words), names)
            return SearchPlan("scan", outline, bound, lambda: self._scan(len(words), names))
        more = self._bind(found, long)
        outline = (len(words), names, len(long), found.pieces)
        return SearchPlan(
            "index",
            outline,
            bound | more,
            lambda: [*self._by_index(found, len(long)), *self._scan(len(words), names)],
        )

    def is_large(self) -> bool:
        """Tell whether the table has more rows than a search without an index reads."""
        large, at = self._large
        if not at or monotonic() - at > LOOKED_AT:
            rows: Any = select(literal_column("1")).select_from(self._statements.root)
            statement = rows.offset(self.most).limit(1)
            large = bool(self._connections.fetch(statement, {}))
            self._large = (large, monotonic())
        return large

    def _scan(self, count: int, names: Sequence[str]) -> list[Condition]:
        columns = [getattr(self._statements.root, name) for name in names]
        contains = self._statements.comparison.contains
        return [
            or_(false(), *(contains(each, bindparam(f"s{i}", type_=Text())) for each in columns))
            for i in range(count)
        ]

    def _by_index(self, found: Found, count: int) -> list[Condition]:
        index = found.usable
        assert index is not None
        database = self._statements.comparison.name
        if database == "postgresql":
            return [self._by_pieces(i) for i in range(count)] if found.pieces else []
        key = [getattr(self._statements.root, name) for name in self._attributes(index)]
        one = key[0] if len(key) == 1 else tuple_(*key)
        return [one.in_(_keys(index, database))]

    def _by_pieces(self, number: int) -> Condition:
        wanted = func.db_search_pieces(bindparam(f"sm{number}", type_=Text()))
        columns = [getattr(self._statements.root, name) for name in self._names]
        return or_(*(func.db_search_pieces(cast(c, Text)).op("@>")(wanted) for c in columns))

    def _bind(self, found: Found, words: list[str]) -> dict[str, Any]:
        database = self._statements.comparison.name
        if database == "sqlite":
            return {"sm": " ".join(quote(word) for word in words)}
        if database == "postgresql":
            named = {f"sm{i}": word for i, word in enumerate(words)}
            return named if found.pieces else {}
        from ..searching.mariadb_index import pieces_of

        # What is matched has to be known beforehand, and only the server knows the weights.
        statement = text(f"SELECT {pieces_of('w.t')} FROM (SELECT :word AS t) w")
        pieces = [self._connections.fetch(statement, {"word": word})[0][0] for word in words]
        return {"sm": " ".join(f"+{each}" for one in pieces for each in one.split())}

    def _is_blind(self) -> bool:
        """Tell whether the index cannot see what the caller has written: a FULLTEXT of InnoDB."""
        return self._statements.comparison.name == "mysql" and self._connections.find() is not None

    def _look(self) -> Found:
        found = self._found
        if found is None or monotonic() - found.at > LOOKED_AT:
            with self._connections.read() as connection:
                found = self._found = self._ask(connection)
        return found

    def _ask(self, connection: Connection) -> Found:
        wanted, server = self._wanted, find_server(connection.dialect.name)
        if wanted is None or server is None:
            return Found(None, False, monotonic())
        present = server.find(connection, wanted.table) == wanted.columns
        pieces = False
        if present and connection.dialect.name == "postgresql":
            from ..searching.postgresql_index import uses_pieces

            pieces = uses_pieces(connection, wanted.table)
        return Found(wanted if present else None, pieces, monotonic())

    def _find_wanted(self) -> SearchIndex | None:
        """Return the index that would serve, which is of one table's columns."""
        mapper = self._statements.kind.mapper
        props = [mapper.get_property(name) for name in self._names if name in mapper.column_attrs]
        tables = {getattr(prop.columns[0], "table", None) for prop in props}
        (one,) = tables if len(tables) == 1 else (None,)
        if len(props) != len(self._names) or not isinstance(one, Table) or one.schema:
            return None
        index = find_index(one)
        return index if index and len(index.columns) == len(props) else None

    def _attributes(self, index: SearchIndex) -> list[str]:
        mapper = self._statements.kind.mapper
        (one,) = (each for each in mapper.tables if each.name == index.table)
        return [str(mapper.get_property_by_column(one.c[name]).key) for name in index.key]


def _keys(index: SearchIndex, database: str) -> Any:
    wanted = bindparam("sm", type_=Text())
    if database == "mysql":
        from sqlalchemy.dialects.mysql import match

        made = make_table(index.name, *(column(each) for each in index.key))
        matched = match(literal_column("db_pieces"), against=wanted, in_boolean_mode=True)
        return select(*(made.c[each] for each in index.key)).where(matched)
    rows = make_table(index.name, column("rowid"))
    matches: ColumnElement[Any] = literal_column(quote(index.name)).op("MATCH")(wanted)
    found = select(rows.c.rowid).where(matches)
    if index.numbered:
        return found
    names = ["db_number", *index.key]
    keys = make_table(f"{index.name}_keys", *(column(each) for each in names))
    return select(*(keys.c[each] for each in index.key)).where(keys.c.db_number.in_(found))
