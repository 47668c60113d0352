"""What is known to be stored without reading it again."""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property
from typing import Any

import msgspec
from sqlalchemy import Column, Float, Numeric, types
from sqlalchemy.engine import Dialect

from ..instant import Instant
from .placement import Placement

Reader = Callable[[Any], Any]
"""Returns what a read would return for a value that was sent, or ``UNSET`` where nobody knows."""

Part = tuple[str, Reader]
"""The key of a column, and what reads it."""
_SAFE_DIGITS = 15
"""The most digits of a decimal that SQLite keeps, which has floats only."""


class Seen(Mapping[str, Any]):
    """What is known of a row, found out when it is asked for.

    :param find: returns it.
    """

    def __init__(self, find: Callable[[], Mapping[str, Any]]) -> None:
        self._find = find

    def __getitem__(self, path: str) -> Any:
        return self._found[path]

    def __contains__(self, path: object) -> bool:
        return path in self._found

    def __iter__(self) -> Iterator[str]:
        return iter(self._found)

    def __len__(self) -> int:
        return len(self._found)

    def __repr__(self) -> str:
        return repr(self._found)

    @cached_property
    def _found(self) -> Mapping[str, Any]:
        return self._find()


class Known:
    """Tells what a read of a row would return, as far as the values that were sent say so.

    Times that a column shortens, documents, and types that an application
    has made are not among it.

    :param dialect: of the database.
    """

    def __init__(self, placement: Placement, dialect: Dialect) -> None:
        self._placement = placement
        self._dialect = dialect

    def values(self, sent: Mapping[str, Any], seen: Mapping[str, bool]) -> dict[str, Any]:
        """Return what is known, by field.

        :param sent: the values by the keys of their columns.
        :param seen: the relations among them, and whether the writer may see where they lead to.
        """
        single, several = self._readers
        found: dict[str, Any] = {}
        for name, key, read in single:
            if key in sent and (value := read(sent[key])) is not msgspec.UNSET:
                found[name] = value
        for name, parts in several:
            values = tuple(read(sent[key]) for key, read in parts if key in sent)
            if len(values) == len(parts) and msgspec.UNSET not in values:
                found[name] = self._placement.join(values)
        for name, visible in seen.items():
            if not visible and found.get(name) is not None:
                del found[name]
        return found

    @cached_property
    def _readers(self) -> tuple[list[tuple[str, str, Reader]], list[tuple[str, list[Part]]]]:
        """What reads the fields of one column, and those of several."""
        by_name = self._placement.description.by_name
        single, several = [], []
        for name, columns in self._placement.columns.items():
            parts = [(column.key, _make_reader(column, self._dialect)) for column in columns]
            if not by_name[name].readable:
                continue
            if len(parts) == 1:
                single.append((name, *parts[0]))
            else:
                several.append((name, parts))
        return single, several


def _make_reader(column: Column[Any], dialect: Dialect) -> Reader:
    type_, name = column.type, dialect.name
    if isinstance(type_, Instant):
        return _moment
    if isinstance(type_, Numeric) and not isinstance(type_, Float) and type_.asdecimal:
        return _decimal(type_, name)
    if isinstance(type_, types.DateTime) and not type_.timezone:
        return _naive if name in ("mysql", "mariadb") else _of(dt.datetime)
    if isinstance(type_, types.Enum):
        return _of(type_.enum_class or str)
    if isinstance(type_, types.String) and not isinstance(type_, types.CHAR):
        return _of(str)
    for kind, python in _FAITHFUL.items():
        if isinstance(type_, kind):
            return _of(python)
    if isinstance(type_, types.Uuid) and type_.as_uuid:
        return _of(uuid.UUID)
    if isinstance(type_, types.Float) and name in ("sqlite", "postgresql"):
        return _of(float) if isinstance(type_, types.Double) or not type_.precision else _unknown
    return _unknown


_FAITHFUL: dict[type[Any], type[Any]] = {
    types.Integer: int,
    types.Boolean: bool,
    types.Date: dt.date,
    types.LargeBinary: bytes,
}


def _of(python: type[Any]) -> Reader:
    def read(value: Any) -> Any:
        return value if value is None or type(value) is python else msgspec.UNSET

    return read


def _unknown(value: Any) -> Any:
    return None if value is None else msgspec.UNSET


def _moment(value: Any) -> Any:
    return value if value is None else value.astimezone(dt.UTC)


def _naive(value: Any) -> Any:
    """Return a time unless MariaDB cuts it."""
    fits = value is None or (type(value) is dt.datetime and not value.microsecond)
    return value if fits else msgspec.UNSET


def _decimal(type_: Numeric[Any], database: str) -> Reader:
    scale, digits = type_.scale, type_.precision

    def read(value: Any) -> Any:
        if value is None:
            return None
        if scale is None or not isinstance(value, int | decimal.Decimal):
            return msgspec.UNSET
        if database == "sqlite" and (digits or _SAFE_DIGITS + 1) > _SAFE_DIGITS:
            return msgspec.UNSET
        kept = decimal.Decimal(value).quantize(decimal.Decimal(1).scaleb(-scale))
        return kept if kept == value else msgspec.UNSET

    return read
