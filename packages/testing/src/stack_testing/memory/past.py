"""What a row was at an earlier time."""

from __future__ import annotations

from stack_core.description import Key

from .journal import entries_of
from .kind import Kind
from .schema import Row
from .tables import Snapshot


def row_at(tables: Snapshot, kind: Kind, key: Key, at: float) -> Row | None:
    """Return the row as it was at a time, or None where there was none.

    Before anything was done to it, a row was as it was put in.
    """
    row: Row | None = tables.get(kind.name, {}).get(key)
    for entry in entries_of(tables, kind.name, key):
        if entry.change.at <= at:
            break
        row = entry.before
    else:
        return _living(kind, row)
    return _living(kind, entry.after)


def _living(kind: Kind, row: Row | None) -> Row | None:
    return None if row is None or kind.is_deleted(row) else row
