"""The tables that are db's own: what was changed, and small values with an end."""

from __future__ import annotations

from threading import Lock
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from stack_core.migrations import Migrations

from .instant import Instant

_LOCK = Lock()
HISTORY = "db_history"
KEEP = "db_keep"
OWN = (HISTORY, KEEP)
"""All of them; ``flask db migrate`` leaves them alone, as db ships their revisions."""

MIGRATIONS = Migrations("stack_db:migrations", branch="db", tables=OWN)

MAX_VALUE = 2**24 - 1
"""The most bytes of a kept value, which MariaDB's MEDIUMBLOB holds."""


class KeptBytes(TypeDecorator[bytes]):
    """Bytes, at most :data:`MAX_VALUE`; on MariaDB by the name that it gives them itself."""

    impl = LargeBinary
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the column type of a database."""
        if dialect.name in ("mysql", "mariadb"):
            # Not at the top: it would load the dialect for everybody.
            from sqlalchemy.dialects.mysql import MEDIUMBLOB

            return dialect.type_descriptor(MEDIUMBLOB())
        return dialect.type_descriptor(LargeBinary())


def history_table(metadata: MetaData) -> Table:
    """Return the table of what was changed, made in these metadata at the first call.

    A row is one :class:`~stack_core.event.Change`: ``key`` is the text of the
    row's key, empty for many rows at once, whose filter is ``where``.
    """
    with _LOCK:
        return _find_or_make_history(metadata)


def _find_or_make_history(metadata: MetaData) -> Table:
    if HISTORY in metadata.tables:
        return metadata.tables[HISTORY]
    return Table(
        HISTORY,
        metadata,
        Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
        Column("kind", String(100), nullable=False),
        Column("key", String(255), nullable=False),
        Column("action", String(20), nullable=False),
        Column("at", Instant(), nullable=False),
        Column("actor", String(255), nullable=False),
        Column("request_id", String(128), nullable=False),
        Column("count", BigInteger, nullable=False),
        Column("old", JSON, nullable=False),
        Column("new", JSON, nullable=False),
        Column("where", JSON, nullable=True),
        Index("ix_db_history_row", "kind", "key", "id"),
    )


def keep_table(metadata: MetaData) -> Table:
    """Return the table of a keep, made in these metadata at the first call.

    ``key`` is the hash of a key in hexadecimal digits, because collations
    make two keys one; times are seconds since 1970 by the database's clock.
    A counter stands in ``number``, everything else in ``value``.
    """
    if KEEP in metadata.tables:
        return metadata.tables[KEEP]
    return Table(
        KEEP,
        metadata,
        Column("key", String(64), primary_key=True),
        Column("value", KeptBytes(), nullable=True),
        Column("number", BigInteger, nullable=True),
        Column("begins_at", Double, nullable=False),
        Column("ends_at", Double, nullable=False),
        Index("ix_db_keep_ends_at", "ends_at"),
    )
