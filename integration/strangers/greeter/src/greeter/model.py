"""What an entry is, and its table."""

from __future__ import annotations

from datetime import datetime

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Column, Integer, String, Table
from sqlalchemy.orm import registry
from stack_db import Instant, now
from stack_db.declaration import about, kind

KIND = TABLE = "greeter_entry"
MAX_LENGTH = 200


class Entry:
    """One line of text; of each database there is a class of its own."""

    id: int
    text: str
    created: datetime


def map_entries(database: SQLAlchemy) -> type[Entry]:
    """Return the class of a database; applications that share it share the class."""
    for known in Entry.__subclasses__():
        if _is_mapped(known, database):
            return known
    words = {"__kind__": kind(word=KIND, label="Entry", plural="Entries", title="text")}
    made = type("Entry", (Entry,), words)
    registry(metadata=database.metadata).map_imperatively(made, _find_table(database))
    return made


def _find_table(database: SQLAlchemy) -> Table:
    found = database.metadata.tables.get(TABLE)
    if found is not None:
        return found
    return Table(
        TABLE,
        database.metadata,
        Column("id", Integer, primary_key=True),
        Column("text", String(MAX_LENGTH), nullable=False),
        Column("created", Instant, nullable=False, default=now, info=about(read_only=True)),
    )


def _is_mapped(cls: type[Entry], database: SQLAlchemy) -> bool:
    table = getattr(cls, "__table__", None)
    return table is not None and table is database.metadata.tables.get(TABLE)
