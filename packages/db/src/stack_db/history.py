"""What was done to the rows of kinds that keep a history, in a table of db's own."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec
from sqlalchemy import ColumnElement, Insert, Table, and_, collate, insert, null, select
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, scoped_session

from stack_core import SetupError
from stack_core.description import Description, Key
from stack_core.event import Change
from stack_core.filter import Filter

from .draft import Draft, is_hidden
from .tables import HISTORY, history_table
from .value_text import decode, encode

if TYPE_CHECKING:
    from .model.kind import Kind

Through: TypeAlias = Connection | Session | scoped_session[Any]
"""A connection, or a session that has one."""

__all__ = ["read_history", "values_at", "write_history"]

LONGEST_KEY = 255
LONGEST_VALUE = 2**16
"""The most characters of a value's text that a history keeps; a longer one is named only."""

_INSERT = "stack_insert"
_TABLE = "_history_table"
_NAMED = ""
"""Under this name stand the fields that are named only."""


def write_history(drafts: Sequence[Draft], through: Through | None) -> None:
    """Write changes into the history of their kinds, in the transaction that holds them.

    :param through: the connection of that transaction, or the session.
    :raises SetupError: the table is missing.
    """
    tables: dict[Table, list[Draft]] = defaultdict(list)
    for each in drafts:
        tables[find_table(each.kind)].append(each)
    for table, together in tables.items():
        lines = [_write(each) for each in together]
        try:
            _connection(together[0].kind, through).execute(_find_insert(table), lines)
        except DBAPIError as error:
            _explain(error)
            raise


def read_history(kind: Kind, key: Key, through: Through, *, limit: int = 50) -> list[Change]:
    """Return what was done to a row, newest first.

    A value that was not kept, being secret or too long, is None. What the
    kind has no field for any more is returned as it was written.

    :raises SetupError: the table is missing.
    """
    return [_read(kind, key, line) for line in _lines(kind, key, through, limit)]


def values_at(kind: Kind, key: Key, at: float, through: Through) -> dict[str, Any]:
    """Return the values that a row had at a time, of the fields that can be written back.

    A field that is absent was not changed since, or nobody knows what it was.

    :param at: in seconds since 1970.
    :raises LookupError: there was no such row then, as far as the history goes.
    :raises SetupError: the table is missing.
    """
    lines = _lines(kind, key, through, None, many=True)[::-1]
    before = [line for line in lines if line.at.timestamp() <= at]
    after = [line for line in lines if line.at.timestamp() > at]
    if not _was_there(before, after):
        raise LookupError(_nothing(kind, key, at))
    values: dict[str, Any] = {}
    for line in before:
        _forget(values, line.new.get(_NAMED, ()))
        if line.key == "":
            _forget(values, line.new)
        else:
            values.update(line.new)
    touched: set[str] = set()
    for line in after:
        for name in {*line.old, *line.new} - touched:
            if line.key != "" and name in line.old:
                values[name] = line.old[name]
        touched.update(line.old, line.new)
    values.pop(_NAMED, None)
    return dict(_decode(kind.description, values, writable=True))


def _was_there(before: Sequence[Any], after: Sequence[Any]) -> bool:
    """Tell whether a row was there, as far as its own lines say."""
    own = [line for line in before if line.key != ""]
    later = [line for line in after if line.key != ""]
    if own:
        return bool(own[-1].action != "delete")
    return bool(later) and later[0].action not in ("create", "restore")


def _forget(values: dict[str, Any], names: Iterable[str]) -> None:
    for name in names:
        values.pop(name, None)


def find_table(kind: Kind) -> Table:
    """Return the table that the history of a kind is in: of the database that the kind is in."""
    found: Table | None = vars(kind).get(_TABLE)
    if found is None:
        from .model.kinds import find_metadata

        found = vars(kind)[_TABLE] = history_table(find_metadata(kind.mapper))
    return found


def _find_insert(table: Table) -> Insert:
    """Return the statement that writes a line; kept, as making it takes as long as sending it."""
    found: Insert | None = table.info.get(_INSERT)
    if found is None:
        found = table.info[_INSERT] = insert(table).inline()
    return found


def find_key_text(description: Description, key: Key) -> str:
    """Return how a key stands in the table; one that is too long as a part of it and a hash."""
    text = description.key_text(key)
    if len(text) <= LONGEST_KEY:
        return text
    digest = blake2b(text.encode(), digest_size=20).hexdigest()
    return f"{text[: LONGEST_KEY - len(digest) - 1]}~{digest}"


def _lines(
    kind: Kind, key: Key, through: Through, limit: int | None, *, many: bool = False
) -> Sequence[Any]:
    """Return the lines of a row, newest first.

    :param many: also those that are about many rows, among which it may have been.
    """
    table, connection = find_table(kind), _connection(kind, through)
    text = find_key_text(kind.description, key)
    of_row = _equals(table.c.key, text, connection)
    wanted = of_row | (table.c.key == "") if many else of_row
    query = (
        select(table)
        .where(table.c.kind == kind.description.kind, wanted)
        .order_by(table.c.id.desc())
        .limit(limit)
    )
    try:
        return connection.execute(query).all()
    except DBAPIError as error:
        _explain(error)
        raise


def _equals(column: ColumnElement[Any], text: str, connection: Connection) -> ColumnElement[bool]:
    """Compare exactly: MariaDB takes ``A`` for ``a``, and a trailing blank for nothing."""
    if connection.dialect.name not in ("mysql", "mariadb"):
        return column == text
    return and_(column == text, collate(column, "utf8mb4_nopad_bin") == text)


def _connection(kind: Kind, through: Through | None) -> Connection:
    if through is None:
        raise TypeError("A history is written through a connection. Give it one.")
    if isinstance(through, Connection):
        return through
    return through.connection(bind_arguments={"mapper": kind.mapper})


def _write(draft: Draft) -> dict[str, Any]:
    change, description = draft.change, draft.kind.description
    return {
        "kind": change.kind,
        "key": "" if change.key is None else find_key_text(description, change.key),
        "action": change.action,
        "at": datetime.fromtimestamp(change.at, UTC),
        "actor": change.actor[:255],
        "request_id": change.request_id[:128],
        "count": change.count,
        "old": _encode(description, change.old),
        "new": _encode(description, change.new),
        "where": null()
        if change.where is None
        else msgspec.to_builtins(change.where, enc_hook=str),
    }


def _encode(description: Description, values: Mapping[str, Any]) -> dict[str, Any]:
    fields = description.by_name
    kept: dict[str, Any] = {}
    named = []
    for name, value in values.items():
        try:
            if is_hidden(fields.get(name)) or _is_long(value):
                named.append(name)
            else:
                kept[name] = encode(value)
        except TypeError:
            named.append(name)
    return {**kept, _NAMED: named} if named else kept


def _is_long(value: Any) -> bool:
    if isinstance(value, (str, bytes)):
        return len(value) > LONGEST_VALUE
    if isinstance(value, (dict, list)):
        return len(msgspec.json.encode(value, enc_hook=str)) > LONGEST_VALUE
    return False


def _read(kind: Kind, key: Key, line: Any) -> Change:
    return Change(
        kind=line.kind,
        action=line.action,
        key=key,
        old=dict(_decode(kind.description, line.old)),
        new=dict(_decode(kind.description, line.new)),
        where=None if line.where is None else msgspec.convert(line.where, Filter),
        count=line.count,
        actor=line.actor,
        request_id=line.request_id,
        at=line.at.timestamp(),
    )


def _decode(
    description: Description, values: Mapping[str, Any], *, writable: bool = False
) -> Iterator[tuple[str, Any]]:
    """Yield the values with their types; what fits no field any more as it is, or not at all.

    :param writable: only what can be written back.
    """
    fields = description.by_name
    for name, value in values.items():
        field = fields.get(name)
        if name == _NAMED:
            yield from () if writable else ((each, None) for each in value)
        elif field is None or (writable and field.read_only):
            yield from () if writable else ((name, value),)
        else:
            try:
                yield name, decode(field, value)
            except ValueError:
                yield from () if writable else ((name, value),)


def _nothing(kind: Kind, key: Key, at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC).isoformat()
    return (
        f"The history of {kind.description.kind} {key!r} knows nothing of {moment}."
        " Name a time at which the row was there."
    )


def _explain(error: DBAPIError) -> None:
    """Say what to do where the table is missing."""
    if _is_missing(error):
        raise SetupError(
            f"There is no table {HISTORY!r} in the database. Run flask db upgrade, which makes it."
        ) from error


def _is_missing(error: DBAPIError) -> bool:
    cause: Any = error.orig
    return (
        getattr(cause, "sqlstate", None) == "42P01"
        or (getattr(cause, "args", None) or [None])[0] == 1146
        or f"no such table: {HISTORY}" in str(cause)
    )
