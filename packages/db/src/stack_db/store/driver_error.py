"""What a driver says that its database refused, in one form for all of them.

Drivers with fields for it are asked for those. Where there is nothing but a
text, this module reads it, so that nobody else has to.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Mapping
from typing import Any, Literal

import msgspec
from sqlalchemy.exc import DBAPIError

Broken = Literal["unique", "required", "missing", "referenced", "check", "value"]
"""Which rule is broken: ``missing`` is a foreign key that would lead to nothing, ``value`` a value
that its column cannot hold. PostgreSQL and SQLite do not tell ``referenced``, which is a row that
must stay because others lead to it, from ``missing``: whoever deleted it knows."""


class Refused(msgspec.Struct, frozen=True):
    """What a database refused.

    :param rule: the constraint's or index's name, where the driver tells it.
    :param table: the one whose rule it is, where the driver tells it.
    :param columns: those that the driver names.
    """

    broken: Broken
    rule: str = ""
    table: str = ""
    columns: tuple[str, ...] = ()


def read_error(error: DBAPIError) -> Refused | None:
    """Return what was refused, or None where the error says something else.

    A deadlock, a lost connection and a full disk are not the values' fault.
    """
    cause: Any = error.orig
    if isinstance(cause, sqlite3.Error):
        return _read_sqlite(cause)
    if (number := _number(cause)) is not None:
        return _read_maria(number, str(cause))
    if (state := _state(cause)) is not None:
        return _read_postgres(cause, state)
    return _read_nul(cause)


_SQLITE: Mapping[int, Broken] = {
    sqlite3.SQLITE_CONSTRAINT_UNIQUE: "unique",
    sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY: "unique",
    sqlite3.SQLITE_CONSTRAINT_ROWID: "unique",
    sqlite3.SQLITE_CONSTRAINT_NOTNULL: "required",
    sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY: "missing",
    sqlite3.SQLITE_CONSTRAINT_CHECK: "check",
    sqlite3.SQLITE_MISMATCH: "value",
    sqlite3.SQLITE_TOOBIG: "value",
}
_CONSTRAINT_DATATYPE = 3091  # not in Python's sqlite3 before 3.12; only STRICT tables raise it
_SQLITE_RESTRICT = "FOREIGN KEY constraint failed"
"""What ``ON DELETE RESTRICT`` says, with the code of a trigger."""
_SQLITE_INDEX = re.compile(r"failed: index '(.*)'$", re.S)


def _read_sqlite(cause: sqlite3.Error) -> Refused | None:
    code = getattr(cause, "sqlite_errorcode", None)
    if code == _CONSTRAINT_DATATYPE:
        return Refused("value")
    broken, text = _SQLITE.get(code or 0), str(cause)
    if code == sqlite3.SQLITE_CONSTRAINT_TRIGGER and text == _SQLITE_RESTRICT:
        return Refused("referenced")
    if broken is None:
        return None
    if broken == "check":
        return Refused(broken, rule=text.partition("failed: ")[2])
    if index := _SQLITE_INDEX.search(text):
        return Refused(broken, rule=index[1])
    if broken not in ("unique", "required"):
        return Refused(broken)
    # "UNIQUE constraint failed: book.isbn, book.shelf"
    named = [part.rpartition(".") for part in text.partition("failed: ")[2].split(", ")]
    table = named[0][0] if named else ""
    return Refused(broken, table=table, columns=tuple(name for _, _, name in named))


_POSTGRES: Mapping[str, Broken] = {
    "23505": "unique",
    "23P01": "unique",
    "23502": "required",
    "23503": "missing",
    "23001": "referenced",
    "23514": "check",
}
_KEEPS_VALUES_OUT = "22"
"""The class of PostgreSQL's states for values that their columns cannot hold."""


def _state(cause: Any) -> str | None:
    for name in ("sqlstate", "pgcode"):
        state = getattr(cause, name, None)
        if isinstance(state, str):
            return state
    details = cause.args[0] if cause.args else None  # pg8000
    return details.get("C") if isinstance(details, dict) else None


def _read_postgres(cause: Any, state: str) -> Refused | None:
    broken = _POSTGRES.get(state)
    if broken is None:
        return Refused("value") if state.startswith(_KEEPS_VALUES_OUT) else None
    rule, table, column = _diagnose(cause)
    return Refused(broken, rule=rule, table=table, columns=(column,) if column else ())


def _diagnose(cause: Any) -> tuple[str, str, str]:
    said = getattr(cause, "diag", None)
    if said is not None:
        return said.constraint_name or "", said.table_name or "", said.column_name or ""
    details = cause.args[0]
    return details.get("n", ""), details.get("t", ""), details.get("c", "")


_MARIA: Mapping[int, Broken] = {
    1022: "unique", 1062: "unique", 1169: "unique", 1586: "unique",
    1048: "required", 1364: "required", 1263: "required",
    1216: "missing", 1452: "missing",
    1217: "referenced", 1451: "referenced",
    3819: "check", 4025: "check",
    1264: "value", 1265: "value", 1292: "value", 1366: "value", 1406: "value", 1690: "value",
    1367: "value", 3140: "value", 1411: "value", 4161: "value",
}  # fmt: skip
_QUOTED = re.compile(r"'([^']*)'")
_COLUMN = re.compile(r"(?:column|Column|Field) (?:[`'][^`']*[`']\.)*[`']([^`']+)[`']")
_FOREIGN = re.compile(r"`[^`]+`\.`([^`]+)`, CONSTRAINT `([^`]+)`")
_CHECKED = re.compile(r"CONSTRAINT `(?:[^`]+`\.`)?([^`]+)` failed")


def _number(cause: Any) -> int | None:
    number = getattr(cause, "errno", None) or (cause.args[0] if cause.args else None)
    return number if isinstance(number, int) else None


def _read_maria(number: int, text: str) -> Refused | None:
    broken = _MARIA.get(number)
    match broken:
        case None:
            return None
        case "unique":
            # "Duplicate entry 'x' for key 'name'"; MySQL writes 'table.name'.
            names = _QUOTED.findall(text)
            return Refused(broken, rule=names[-1].rpartition(".")[2] if names else "")
        case "missing" | "referenced":
            found = _FOREIGN.search(text)
            return Refused(broken, rule=found[2], table=found[1]) if found else Refused(broken)
        case "check":
            found = _CHECKED.search(text) or _QUOTED.search(text)
            return Refused(broken, rule=found[1] if found else "")
    found = _COLUMN.search(text)
    return Refused(broken, columns=(found[1],) if found else ())


def _read_nul(cause: Any) -> Refused | None:
    """Return the one thing that psycopg refuses by itself: a NUL in a text."""
    refuses = type(cause).__name__ == "DataError" or isinstance(cause, ValueError)
    return Refused("value") if refuses and "NUL" in str(cause) else None
