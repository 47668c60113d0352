"""How far a revision has come, where the database commits each statement by itself.

MariaDB and MySQL end the transaction at every ``CREATE``, ``ALTER`` and ``DROP``. What a revision
has done so far is therefore written beside it, in a table that is there only while there is
something to say.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa
from sqlalchemy.engine import Connection

PROGRESS = "db_migrating"
State = Literal["open", "done", "failed"]

_metadata = sa.MetaData()
_table = sa.Table(
    PROGRESS,
    _metadata,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("revision", sa.String(32), nullable=False),
    sa.Column("direction", sa.String(9), nullable=False),
    sa.Column("target", sa.String(255), nullable=False),
    sa.Column("statement", sa.Text(2**24 - 1), nullable=False),
    sa.Column("state", sa.String(6), nullable=False),
    sa.Column("said", sa.Text, nullable=False),
)


@dataclass(frozen=True)
class Entry:
    """One statement of the revision that is under way.

    :param target: what ``flask db upgrade`` or ``downgrade`` was told.
    :param state: ``open``: it was sent, and whether it was carried out is not known.
    :param said: what the database said when it failed.
    """

    number: int
    revision: str
    direction: str
    target: str
    statement: str
    state: State
    said: str = ""


class Progress:
    """The statements of the revision that is under way, on the connection that runs them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def read(self) -> Sequence[Entry]:
        """Return the statements of a revision that stopped, in order; none if none did."""
        if not sa.inspect(self._connection).has_table(PROGRESS):
            return ()
        rows = self._connection.execute(sa.select(_table).order_by(_table.c.number))
        return [Entry(**row) for row in rows.mappings()]

    def make(self) -> None:
        """Make the table unless it is there."""
        _metadata.create_all(self._connection)

    def drop(self) -> None:
        """Drop the table, which ends the transaction."""
        _metadata.drop_all(self._connection)

    def write(self, entry: Entry) -> None:
        """Put an entry in the place of the one with its number."""
        self.forget(entry.number)
        self._connection.execute(_table.insert().values(vars(entry)))

    def forget(self, number: int | None = None) -> None:
        """Remove one entry, or all."""
        removal = _table.delete()
        self._connection.execute(
            removal if number is None else removal.where(_table.c.number == number)
        )

    def commit(self) -> None:
        """Commit what was done; the transaction of the migration goes on."""
        self._connection.dialect.do_commit(self._connection.connection)

    def rollback(self) -> None:
        """Take back what the database has not committed by itself."""
        self._connection.dialect.do_rollback(self._connection.connection)


_COMMENT = re.compile(r"\s*(?:/\*(?!!).*?\*/|--[^\n]*\n|\#[^\n]*\n)", re.DOTALL)
_READS = {"select", "show", "describe", "desc", "explain", "set", "use", "with", "("}
_DEFINES = {"create", "alter", "drop", "rename", "truncate", "grant", "revoke"}


def _word(statement: str) -> str:
    while match := _COMMENT.match(statement):
        statement = statement[match.end() :]
    found = re.match(r"\s*(\w+|\()", statement)
    return found[1].lower() if found else ""


def reads(statement: str) -> bool:
    """Tell whether a statement only reads, or sets the connection up: it is always carried out."""
    return _word(statement) in _READS


def commits(statement: str) -> bool:
    """Tell whether the database commits before and after this statement."""
    return _word(statement) in _DEFINES
