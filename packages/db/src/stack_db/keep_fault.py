"""What an error of a database means to a keep in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import (
    DatabaseError,
    DBAPIError,
    InterfaceError,
    InternalError,
    OperationalError,
    SQLAlchemyError,
    TimeoutError,
)

from stack_core.keep import KeepUnavailable

from .address import mask

# PostgreSQL's serialization failure and deadlock; MariaDB's deadlock and changed record.
_TO_BE_REPEATED = {"40001", "40P01", "1213", "1020"}
_MISSING_TABLE = {"42P01", "1146"}
_OUT_OF_RANGE = {"22003", "1690", "1264"}
_UNAVAILABLE = (OperationalError, InterfaceError, InternalError)


def find_codes(error: BaseException) -> set[str]:
    """Return the codes of a database's error: the SQLSTATE, and a number where it has those."""
    cause = getattr(error, "orig", None)
    first = next(iter(getattr(cause, "args", ())), None)
    if isinstance(first, dict):  # pg8000
        first = first.get("C")
    found = (getattr(cause, "sqlstate", None), getattr(cause, "pgcode", None), first)
    return {str(each) for each in found if isinstance(each, (str, int))}


def is_passing(error: BaseException) -> bool:
    """Tell whether the database has undone a call in favour of another, so it can be repeated."""
    return not _TO_BE_REPEATED.isdisjoint(find_codes(error))


def is_missing_table(error: BaseException) -> bool:
    """Tell whether the keep's table is not there."""
    cause = str(getattr(error, "orig", ""))
    return not _MISSING_TABLE.isdisjoint(find_codes(error)) or "no such table" in cause


def is_overflow(error: BaseException) -> bool:
    """Tell whether a number would have had more than 64 bits."""
    return not _OUT_OF_RANGE.isdisjoint(find_codes(error))


def is_disconnect(error: BaseException) -> bool:
    """Tell whether the connection was found dead."""
    return isinstance(error, DBAPIError) and error.connection_invalidated


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turn an error of reaching the database into the keep's own.

    :param url: of the keep.
    :raises KeepUnavailable: the database is away, busy, full, read-only or has no table.
    """
    try:
        yield
    except SQLAlchemyError as error:
        if is_missing_table(error):
            raise KeepUnavailable(
                f"The keep in {mask(url)!r} has no table. Run flask db upgrade."
            ) from error
        # What is exactly a DatabaseError is a file that is no database.
        away = isinstance(error, (*_UNAVAILABLE, TimeoutError)) or type(error) is DatabaseError
        if is_overflow(error) or not away:
            raise
        cause = getattr(error, "orig", error)
        reason = str(cause).partition("\n")[0].rstrip(".")
        raise KeepUnavailable(
            f"The keep in {mask(url)!r} cannot be used ({type(cause).__name__}: {reason})."
            " Start or mend that database, or set 'STACK_KEEP' to another keep."
        ) from error
