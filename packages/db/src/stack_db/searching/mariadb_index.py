"""A search index on MariaDB: a FULLTEXT index of pieces, in a table that triggers fill.

A FULLTEXT index of the text itself finds beginnings of words only, in case
and accents that differ from what ``LIKE`` finds. The pieces are noted by their
weights in the collation in which a search compares.
"""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy.engine import Connection

from .index import PREFIX, SearchIndex, listing, literal, quote, read_words

COLLATION = "utf8mb4_general_ci"
"""The collation in which a search compares."""
PIECES = "db_pieces"
"""The column that holds the pieces."""

_LONGEST = 65_535
_MARK = "`"


def create(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that make an index and fill it."""
    key = listing(index.key, mark=_MARK)
    yield (
        f"CREATE TABLE {_quote(index.name)} ({PIECES} MEDIUMTEXT CHARACTER SET ascii,"
        f" PRIMARY KEY ({key}), FULLTEXT KEY ({PIECES})) ENGINE=InnoDB"
        f" COMMENT={literal(index.words)}"
        f" SELECT {listing(index.key, before='t.', mark=_MARK)}, {_pieces(index, 't')} AS {PIECES}"
        f" FROM {_quote(index.table)} t"
    )
    yield from create_triggers(index)


def create_triggers(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that keep an index in step from now on."""
    table, name = _quote(index.table), _quote(index.name)
    key, new_key = (listing(index.key, before=each, mark=_MARK) for each in ("", "NEW."))
    add = f"REPLACE INTO {name} ({key}, {PIECES}) VALUES ({new_key}, {_pieces(index, 'NEW')})"
    same = " AND ".join(f"{_quote(each)} = OLD.{_quote(each)}" for each in index.key)
    remove = f"DELETE FROM {name} WHERE {same}"
    unchanged = " AND ".join(
        f"BINARY OLD.{_quote(each)} <=> BINARY NEW.{_quote(each)}"
        for each in (*index.key, *index.columns)
    )
    yield f"CREATE TRIGGER {_trigger(index, 'insert')} AFTER INSERT ON {table} FOR EACH ROW {add}"
    yield (
        f"CREATE TRIGGER {_trigger(index, 'delete')} AFTER DELETE ON {table} FOR EACH ROW {remove}"
    )
    yield (
        f"CREATE TRIGGER {_trigger(index, 'update')} AFTER UPDATE ON {table} FOR EACH ROW"
        f" IF NOT ({unchanged}) THEN {remove}; {add}; END IF"
    )


def drop(index: SearchIndex) -> Iterator[str]:
    """Yield the statements that remove an index, or what is left of it."""
    for what in ("insert", "update", "delete"):
        yield f"DROP TRIGGER IF EXISTS {_trigger(index, what)}"
    yield f"DROP TABLE IF EXISTS {_quote(index.name)}"


def can(connection: Connection) -> bool:
    """Tell whether this server has what an index needs: numbers without a table, and FULLTEXT."""
    found = connection.exec_driver_sql(
        "SELECT count(*) FROM information_schema.ENGINES"
        " WHERE ENGINE IN ('SEQUENCE', 'InnoDB') AND SUPPORT IN ('YES', 'DEFAULT')"
    ).scalar()
    return bool(found == len(("SEQUENCE", "InnoDB")))


def find(connection: Connection, table: str) -> tuple[str, ...]:
    """Return the columns of a table's index, or none if it is not there or not kept in step."""
    kept = connection.exec_driver_sql(
        "SELECT count(*) FROM information_schema.TRIGGERS WHERE TRIGGER_SCHEMA = DATABASE()"
        " AND EVENT_OBJECT_TABLE = %s AND TRIGGER_NAME LIKE %s",
        (table, f"{PREFIX}%"),
    ).scalar_one()
    return columns(connection, table) if kept == len(("insert", "update", "delete")) else ()


def columns(connection: Connection, table: str) -> tuple[str, ...]:
    """Return the columns of a table's index, whether or not it is kept in step."""
    noted = connection.exec_driver_sql(
        "SELECT TABLE_COMMENT FROM information_schema.TABLES"
        " WHERE TABLE_SCHEMA = DATABASE() AND TABLE_NAME = %s",
        (f"{PREFIX}{table}",),
    ).scalar()
    return read_words(noted)


def tables(connection: Connection) -> list[str]:
    """Return the tables that have an index."""
    rows = connection.exec_driver_sql(
        "SELECT TABLE_NAME FROM information_schema.TABLES WHERE TABLE_SCHEMA = DATABASE()"
    ).scalars()
    return [name.removeprefix(PREFIX) for name in rows if name.startswith(PREFIX)]


def pieces_of(text: str) -> str:
    """Return the SQL for the pieces of an expression of text, which it names twice."""
    given = f"CONVERT({text} USING utf8mb4)"
    piece = f"HEX(WEIGHT_STRING(SUBSTR({given}, s.seq, 3) COLLATE {COLLATION}))"
    return (
        f"(SELECT GROUP_CONCAT(DISTINCT {piece} SEPARATOR ' ') FROM seq_1_to_{_LONGEST} s"
        f" WHERE s.seq <= CHAR_LENGTH({given}) - 2)"
    )


def _pieces(index: SearchIndex, row: str) -> str:
    each = (pieces_of(f"{row}.{_quote(column)}") for column in index.columns)
    return f"CONCAT_WS(' ', {', '.join(each)})"


def _trigger(index: SearchIndex, what: str) -> str:
    return _quote(f"{index.name}_{what}")


def _quote(name: str) -> str:
    return quote(name, _MARK)
