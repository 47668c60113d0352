"""A search index on SQLite: a table of FTS5, and triggers that keep it in step."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Connection

from .index import PREFIX, SearchIndex, listing, literal, quote

_TRIGGERS = ("insert", "update", "delete")


def create(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that make an index and fill it.

    A key that is no integer gets a number of ours: SQLite's own for such a row
    may change when the file is compacted.
    """
    columns, name = listing(index.columns), quote(index.name)
    arguments = f"{columns}, content='', tokenize='trigram'"
    yield f"CREATE VIRTUAL TABLE {name} USING fts5({arguments})"
    table = quote(index.table)
    if index.numbered:
        (key,) = index.key
        yield f"INSERT INTO {name}(rowid, {columns}) SELECT {quote(key)}, {columns} FROM {table}"
    else:
        numbers, key = quote(_numbers(index)), listing(index.key)
        yield (
            f"CREATE TABLE {numbers} (db_number INTEGER PRIMARY KEY AUTOINCREMENT,"
            f" {key}, UNIQUE ({key}))"
        )
        yield f"INSERT INTO {numbers}({key}) SELECT {key} FROM {table}"
        joined = " AND ".join(f"t.{quote(each)} IS n.{quote(each)}" for each in index.key)
        yield (
            f"INSERT INTO {name}(rowid, {columns})"
            f" SELECT n.db_number, {listing(index.columns, before='t.')}"
            f" FROM {table} t JOIN {numbers} n ON {joined}"
        )
    yield from create_triggers(index)


def create_triggers(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that keep an index in step from now on."""
    table, watched = quote(index.table), listing((*index.columns, *index.key))
    add, remove = " ".join(_add(index)), " ".join(_remove(index))
    yield f"CREATE TRIGGER {_trigger(index, 'insert')} AFTER INSERT ON {table} BEGIN {add} END"
    yield f"CREATE TRIGGER {_trigger(index, 'delete')} AFTER DELETE ON {table} BEGIN {remove} END"
    yield (
        f"CREATE TRIGGER {_trigger(index, 'update')} AFTER UPDATE OF {watched} ON {table}"
        f" BEGIN {remove} {add} END"
    )


def drop(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that remove an index, or what is left of it."""
    for what in _TRIGGERS:
        yield f"DROP TRIGGER IF EXISTS {_trigger(index, what)}"
    yield f"DROP TABLE IF EXISTS {quote(index.name)}"
    yield f"DROP TABLE IF EXISTS {quote(_numbers(index))}"


def can(connection: Connection) -> bool:
    """Tell whether this SQLite has what an index needs."""
    found = connection.exec_driver_sql("SELECT sqlite_compileoption_used('ENABLE_FTS5')")
    version = connection.dialect.server_version_info or (0,)
    return bool(found.scalar()) and tuple(version) >= (3, 34)


def find(connection: Connection, table: str) -> tuple[str, ...]:
    """Return the columns of a table's index, or none if it is not there or not kept in step.

    A table that a migration has copied and renamed has lost its triggers.
    """
    name = f"{PREFIX}{table}"
    kept = connection.exec_driver_sql(
        "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?"
        " AND name IN (?, ?, ?)",
        (table, *(f"{name}_{what}" for what in _TRIGGERS)),
    ).scalar_one()
    if kept != len(_TRIGGERS):
        return ()
    return columns(connection, table)


def columns(connection: Connection, table: str) -> tuple[str, ...]:
    """Return the columns of a table's index, whether or not it is kept in step."""
    rows = connection.exec_driver_sql(f"PRAGMA table_info({literal(PREFIX + table)})").all()
    return tuple(row[1] for row in rows)


def tables(connection: Connection) -> list[str]:
    """Return the tables that have an index, or what is left of one."""
    rows = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'"
    ).scalars()
    return [name.removeprefix(PREFIX) for name in rows if name.startswith(PREFIX)]


def _trigger(index: SearchIndex, what: str) -> str:
    return quote(f"{index.name}_{what}")


def _numbers(index: SearchIndex) -> str:
    return f"{index.name}_keys"


def _add(index: SearchIndex) -> Iterator[str]:
    values, columns = listing(index.columns, before="new."), listing(index.columns)
    into = f"INSERT INTO {quote(index.name)}(rowid, {columns})"
    if index.numbered:
        yield f"{into} VALUES (new.{quote(index.key[0])}, {values});"
        return
    numbers, key = quote(_numbers(index)), listing(index.key)
    yield f"INSERT OR IGNORE INTO {numbers}({key}) VALUES ({listing(index.key, before='new.')});"
    yield f"{into} SELECT db_number, {values} FROM {numbers} WHERE {_same(index, 'new')};"


def _remove(index: SearchIndex) -> Iterator[str]:
    name, values = quote(index.name), listing(index.columns, before="old.")
    into = f"INSERT INTO {name}({name}, rowid, {listing(index.columns)})"
    if index.numbered:
        yield f"{into} VALUES ('delete', old.{quote(index.key[0])}, {values});"
        return
    numbers, same = quote(_numbers(index)), _same(index, "old")
    yield f"{into} SELECT 'delete', db_number, {values} FROM {numbers} WHERE {same};"
    yield f"DELETE FROM {numbers} WHERE {same};"


def _same(index: SearchIndex, row: str) -> str:
    return " AND ".join(f"{quote(each)} IS {row}.{quote(each)}" for each in index.key)
