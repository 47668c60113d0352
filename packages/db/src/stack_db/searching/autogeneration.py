"""Search indexes in the revisions that ``flask db migrate`` writes; imported where Alembic is."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from alembic.autogenerate import comparators, renderers
from alembic.operations import Operations
from alembic.operations.ops import MigrateOperation
from sqlalchemy import Integer, MetaData, inspect

from .index import SearchIndex, find_indexes, is_ours
from .operation import create_search_index, drop_search_index
from .server import find_server

MODULE = "stack_db.searching.operation"


class CreateSearchIndex(MigrateOperation):
    """Makes an index, which its reverse removes."""

    def __init__(self, index: SearchIndex) -> None:
        self.index = index

    def reverse(self) -> MigrateOperation:
        """Return the operation that undoes this one."""
        return DropSearchIndex(self.index)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what ``flask db check`` prints."""
        return ("add_search_index", self.index.table, self.index.columns)


class DropSearchIndex(MigrateOperation):
    """Removes an index, which its reverse makes again."""

    def __init__(self, index: SearchIndex) -> None:
        self.index = index

    def reverse(self) -> MigrateOperation:
        """Return the operation that undoes this one."""
        return CreateSearchIndex(self.index)

    def to_diff_tuple(self) -> tuple[Any, ...]:
        """Return what ``flask db check`` prints."""
        return ("remove_search_index", self.index.table, self.index.columns)


@cache
def teach_alembic() -> None:
    """Let Alembic compare, write and run search indexes, in this process from now on.

    Its registries are global; where nothing is searchable nothing is done.
    """
    last: dict[str, Any] = {}
    try:
        from alembic.util import DispatchPriority
    except ImportError:
        pass
    else:
        last["priority"] = DispatchPriority.LAST
    comparators.dispatch_for("schema", **last)(_compare)
    for kind, function in _FUNCTIONS.items():
        renderers.dispatch_for(kind)(_render)
        Operations.implementation_for(kind)(_implement(function))


def include(thing: Any, name: str | None, type_: str, reflected: bool, other: Any) -> bool:
    """Tell Alembic to leave alone what was made for a search, as its ``include_object`` does."""
    return not (reflected and other is None and type_ in ("table", "index") and is_ours(name))


_FUNCTIONS: dict[type[Any], Any] = {
    CreateSearchIndex: create_search_index,
    DropSearchIndex: drop_search_index,
}


def _compare(context: Any, upgrade: Any, schemas: Any) -> None:
    server = find_server(context.dialect.name)
    if server is None or None not in schemas or not server.can(context.connection):
        return
    wanted = {index.table: index for index in _find_wanted(context)}
    present = {
        table: columns
        for table in server.tables(context.connection)
        if (columns := server.columns(context.connection, table))
    }
    for table, columns in present.items():
        index = wanted.get(table)
        kept = server.find(context.connection, table)
        if index is not None and index.columns == columns == kept:
            del wanted[table]
        elif index is not None or _is_gone(context, table):
            # Before what it is made of goes.
            upgrade.ops.insert(0, DropSearchIndex(_reflect(context, table, columns)))
    upgrade.ops.extend(CreateSearchIndex(index) for index in wanted.values())


def _find_wanted(context: Any) -> Iterator[SearchIndex]:
    for metadata in _metadata(context):
        for index in find_indexes(metadata):
            table = metadata.tables[index.table]
            if context.run_object_filters(table, table.name, "table", False, table):
                yield index


def _is_gone(context: Any, table: str) -> bool:
    """Tell whether nothing of a table is to be searched any more, as far as is ours to say."""
    found = [m.tables[table] for m in _metadata(context) if table in m.tables]
    return all(context.run_object_filters(each, table, "table", False, each) for each in found)


def _metadata(context: Any) -> list[MetaData]:
    metadata = context.metadata
    return list(metadata) if isinstance(metadata, list | tuple) else [metadata]


def _reflect(context: Any, table: str, columns: tuple[str, ...]) -> SearchIndex:
    """Return an index as it is in the database, so that it can be made again."""
    inspector = inspect(context.connection)
    key = tuple(inspector.get_pk_constraint(table)["constrained_columns"])
    types = {each["name"]: each["type"] for each in inspector.get_columns(table)}
    numbered = len(key) == 1 and isinstance(types[key[0]], Integer)
    return SearchIndex(table, columns, key, numbered)


def _render(context: Any, operation: Any) -> str:
    context.imports.add(f"import {MODULE}")
    index, name = operation.index, _FUNCTIONS[type(operation)].__name__
    numbered = ", numbered=True" if index.numbered else ""
    return (
        f"{MODULE}.{name}(op, {index.table!r}, {list(index.columns)!r},"
        f" key={list(index.key)!r}{numbered})"
    )


def _implement(function: Any) -> Any:
    def run(op: Any, operation: Any) -> None:
        index = operation.index
        function(op, index.table, index.columns, key=index.key, numbered=index.numbered)

    return run
