"""What a create puts where no value was given."""

from __future__ import annotations

import dataclasses
import re
from typing import Any, NamedTuple

from msgspec import UNSET
from sqlalchemy import Column, DefaultClause, TextClause
from sqlalchemy.sql.schema import ColumnDefault

_QUOTED = re.compile(r"'((?:[^']|'')*)'")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")
_SCALARS = (str, int, float, bool)


class Default(NamedTuple):
    """Whether something fills an attribute, and with what; ``UNSET`` where nobody can tell."""

    fills: bool
    value: Any = UNSET


def find_default(cls: type[Any], name: str, column: Column[Any]) -> Default:
    """Return what fills an attribute that a create does not name."""
    if column.computed is not None or column.identity is not None or _counts(column):
        return Default(True)
    if isinstance(column.default, ColumnDefault):
        return Default(True, column.default.arg if column.default.is_scalar else UNSET)
    if (found := _of_dataclass(cls, name)).fills:
        return found
    if column.default is not None:
        return Default(True)
    if column.server_default is not None:
        return Default(True, _of_server(column))
    return Default(False, None if column.nullable else UNSET)


def _counts(column: Column[Any]) -> bool:
    return getattr(column.table, "autoincrement_column", None) is column


def _of_dataclass(cls: type[Any], name: str) -> Default:
    """Return what a dataclass gives, which SQLAlchemy 2.0 does not put on the column."""
    if dataclasses.is_dataclass(cls):
        for field in dataclasses.fields(cls):
            if field.name == name and field.default_factory is not dataclasses.MISSING:
                return Default(True)
            if field.name == name and isinstance(field.default, (*_SCALARS, type(None))):
                return Default(field.default is not None, field.default)
    return Default(False)


def _of_server(column: Column[Any]) -> Any:
    """Return the value of a server's default that is plain, else ``UNSET``."""
    clause = column.server_default
    if not isinstance(clause, DefaultClause):
        return UNSET
    try:
        python = column.type.python_type
    except NotImplementedError:
        return UNSET
    if isinstance(clause.arg, str):
        return _read(clause.arg, python)
    if isinstance(clause.arg, TextClause):
        text = clause.arg.text.strip()
        if match := _QUOTED.fullmatch(text):
            return _read(match[1].replace("''", "'"), python)
        return _read(text, python) if python is not str else UNSET
    return UNSET


def _read(text: str, python: type[Any]) -> Any:
    if python is str:
        return text
    if python is bool:
        return {"0": False, "1": True, "false": False, "true": True}.get(text.lower(), UNSET)
    if python in (int, float) and _NUMBER.fullmatch(text):
        return python(text)
    return UNSET
