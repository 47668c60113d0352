"""What kind of fault an error of a database is, whichever driver raised it.

A fault is no mistake of the program: the same request may succeed later.
Everything else, such as a wrong statement, a broken rule or a damaged file, is
none and stays the error that it is.
"""

from __future__ import annotations

import re
import sqlite3
from enum import Enum
from typing import Any

from sqlalchemy.exc import DBAPIError, PendingRollbackError, TimeoutError


class Fault(Enum):
    """A kind of fault; the value is what a client is told about it."""

    UNAVAILABLE = "The database cannot be reached."
    READ_ONLY = "The database takes no changes at the moment."
    BUSY = "The database is busy."
    SLOW = "The database took too long."
    CONFLICT = "Another request was changing the same data."
    FULL = "There is no room left for new data."


_POSTGRES = {
    "25006": Fault.READ_ONLY,  # after a failover: the server has become a standby
    "25P03": Fault.UNAVAILABLE,  # idle in a transaction for too long, and cut
    "25P04": Fault.SLOW,  # transaction_timeout
    "40001": Fault.CONFLICT,
    "40P01": Fault.CONFLICT,
    "40003": Fault.UNAVAILABLE,  # whether the statement was completed is unknown
    "53100": Fault.FULL,
    "55P03": Fault.BUSY,  # lock_timeout, NOWAIT
    "57014": Fault.SLOW,  # statement_timeout
    "58030": Fault.UNAVAILABLE,  # the server's disk fails
}
# By the first characters: connections, resources, an operator's hand. 57014 is above.
_POSTGRES_CLASSES = {"08": Fault.UNAVAILABLE, "53": Fault.UNAVAILABLE, "57": Fault.UNAVAILABLE}
# Who may connect, and to what; while there is a connection these are mistakes of a statement.
_POSTGRES_ADMISSION = ("28", "3D")

_MYSQL = {
    1020: Fault.CONFLICT,  # MariaDB's innodb_snapshot_isolation
    1205: Fault.CONFLICT,  # a lock was waited for in vain
    1213: Fault.CONFLICT,
    1614: Fault.CONFLICT,
    3572: Fault.BUSY,  # NOWAIT
    1317: Fault.SLOW,
    1969: Fault.SLOW,  # MariaDB's max_statement_time
    3024: Fault.SLOW,  # MySQL's max_execution_time
    1021: Fault.FULL,
    1114: Fault.FULL,
    1836: Fault.READ_ONLY,
    # Too many connections, shutting down, cut, killed, unreachable.
    **dict.fromkeys((1040, 1042, 1043, 1047, 1053, 1129, 1203, 1226), Fault.UNAVAILABLE),
    **dict.fromkeys((1077, 1078, 1079, 1080, 1152, 1184, 1927, 4031), Fault.UNAVAILABLE),
    **dict.fromkeys((1158, 1159, 1160, 1161), Fault.UNAVAILABLE),
    **dict.fromkeys((2001, 2002, 2003, 2004, 2005, 2006, 2012, 2013, 2055), Fault.UNAVAILABLE),
}
_MYSQL_ADMISSION = {1044, 1045, 1049, 1130, 1698}
# These numbers stand for many things: read-only servers, and the system's own error 28, ENOSPC.
_OPTION_PREVENTS = 1290
_NO_SPACE = re.compile(r"err(?:or|code|no):? 28\b", re.IGNORECASE)

_SQLITE = {
    sqlite3.SQLITE_BUSY: Fault.BUSY,
    sqlite3.SQLITE_LOCKED: Fault.BUSY,
    sqlite3.SQLITE_INTERRUPT: Fault.SLOW,
    sqlite3.SQLITE_FULL: Fault.FULL,
    sqlite3.SQLITE_READONLY: Fault.READ_ONLY,
    sqlite3.SQLITE_IOERR: Fault.UNAVAILABLE,
    sqlite3.SQLITE_CANTOPEN: Fault.UNAVAILABLE,
    sqlite3.SQLITE_PROTOCOL: Fault.BUSY,
}
_PRIMARY_CODE = 0xFF
_RECONNECT_REFUSED = "8s2b"


def find_fault(error: BaseException) -> Fault | None:
    """Return what kind of fault an error is, or None if it is none.

    :param error: one of SQLAlchemy's, or a driver's own.
    """
    if isinstance(error, TimeoutError):
        return Fault.BUSY
    if isinstance(error, PendingRollbackError):
        # Of a connection that was lost; the one of a failed flush says nothing about why.
        return Fault.UNAVAILABLE if error.code == _RECONNECT_REFUSED else None
    cause = error.orig if isinstance(error, DBAPIError) else error
    # Without a statement the connection was made, pinged, committed or rolled back.
    admission = not isinstance(error, DBAPIError) or error.statement is None
    found = _read_code(cause, admission=admission)
    if found is None and isinstance(error, DBAPIError) and error.connection_invalidated:
        return Fault.UNAVAILABLE
    return found


def describe(error: BaseException) -> str:
    """Return the driver's own words on one line, for the log and never for a client."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def _read_code(cause: Any, *, admission: bool) -> Fault | None:
    if isinstance(cause, sqlite3.Error):
        return _read_sqlite(getattr(cause, "sqlite_errorcode", None) or 0)
    driver = type(cause).__module__.partition(".")[0]
    if driver in {"psycopg", "psycopg2"}:
        state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None) or ""
        return _read_postgres(cause, state, admission=admission)
    if driver == "pg8000":
        fields = cause.args[0] if cause.args and isinstance(cause.args[0], dict) else {}
        return _read_postgres(cause, fields.get("C", ""), admission=admission)
    if driver in {"pymysql", "MySQLdb", "mysql", "mariadb"}:
        return _read_mysql(cause, admission=admission)
    return None


def _read_sqlite(code: int) -> Fault | None:
    if code == sqlite3.SQLITE_BUSY_SNAPSHOT:
        return Fault.CONFLICT
    return _SQLITE.get(code & _PRIMARY_CODE)


def _read_postgres(cause: Any, state: str, *, admission: bool) -> Fault | None:
    if not state:
        # What libpq and the drivers say by themselves is about the connection,
        # unless a statement was too large to be sent.
        kinds = {kind.__name__ for kind in type(cause).__mro__}
        about_connection = not kinds.isdisjoint({"OperationalError", "InterfaceError"})
        return Fault.UNAVAILABLE if admission and about_connection else None
    if admission and state.startswith(_POSTGRES_ADMISSION):
        return Fault.UNAVAILABLE
    return _POSTGRES.get(state) or _POSTGRES_CLASSES.get(state[:2])


def _read_mysql(cause: Any, *, admission: bool) -> Fault | None:
    code = getattr(cause, "errno", None) or (cause.args[0] if cause.args else 0)
    if not isinstance(code, int):
        return None
    if admission and code in _MYSQL_ADMISSION:
        return Fault.UNAVAILABLE
    text = str(cause)
    if code == _OPTION_PREVENTS:
        return Fault.READ_ONLY if "read-only" in text or "read_only" in text else None
    return _MYSQL.get(code) or (Fault.FULL if _NO_SPACE.search(text) else None)
