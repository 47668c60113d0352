"""What the constraints of a table say about single values."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from sqlalchemy import CheckConstraint, Column, Index, Table, UniqueConstraint
from sqlalchemy.exc import SQLAlchemyError

from ..live_unique import IS_LIVE, LIVE

_NAME = r"""(?:\w+\.)?["`\[]?(?P<name>\w+)["`\]]?"""
_NUMBER = r"(?P<number>-?\d+(?:\.\d+)?)"
_COMPARED = re.compile(rf"{_NAME}\s*(?P<sign>[<>]=?)\s*{_NUMBER}")
_TURNED = re.compile(rf"{_NUMBER}\s*(?P<sign>[<>]=?)\s*{_NAME}")
_BETWEEN = re.compile(rf"{_NAME}\s+BETWEEN\s+{_NUMBER}\s+AND\s+(?P<most>-?\d+(?:\.\d+)?)", re.I)
_LENGTH = re.compile(
    rf"(?:char_)?length\(\s*{_NAME}\s*\)\s*(?P<sign>[<>]=?)\s*(?P<number>\d+)", re.I
)
_UNREAD = re.compile(r"\b(OR|NOT|CASE)\b", re.I)
_TURN = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}


def find_unique(table: Table) -> frozenset[str]:
    """Return the keys of columns that are unique each by itself."""
    found = {column.key for column in table.columns if column.unique}
    for each in (*table.constraints, *table.indexes):
        columns = list(each.columns) if isinstance(each, (UniqueConstraint, Index)) else []
        if isinstance(each, Index) and LIVE in each.info:
            columns = [column for column in columns if column.name != IS_LIVE]
        elif isinstance(each, Index) and not (each.unique and _is_whole(each)):
            continue
        if len(columns) == 1:
            found.add(columns[0].key)
    if len(key := list(table.primary_key.columns)) == 1:
        found.add(key[0].key)
    return frozenset(found)


def find_bounds(table: Table) -> dict[str, dict[str, int | float]]:
    """Return what simple checks demand, by a column's name: ``{"price": {"ge": 0}}``.

    They are comparisons with a number, joined by ``AND``. All else is left to
    the database.
    """
    found: dict[str, dict[str, int | float]] = {}
    columns = {column.name: column for column in table.columns}
    of_columns = (each for column in table.columns for each in column.constraints)
    for constraint in (*table.constraints, *of_columns):
        if isinstance(constraint, CheckConstraint):
            for name, bound, value in _read(_text(constraint)):
                if name in columns:
                    _tighten(found.setdefault(name, {}), bound, value, columns[name])
    return found


def _is_whole(index: Index) -> bool:
    """Tell whether an index spans columns and all rows."""
    partial = any(options.get("where") is not None for options in index.dialect_options.values())
    return not partial and all(isinstance(each, Column) for each in index.expressions)


def _text(constraint: CheckConstraint) -> str:
    try:
        return str(constraint.sqltext.compile(compile_kwargs={"literal_binds": True}))
    except (SQLAlchemyError, NotImplementedError):
        return ""


def _read(text: str) -> Iterator[tuple[str, str, float]]:
    if _UNREAD.search(text):
        return
    for part in _split(_BETWEEN.sub(r"\g<name> >= \g<number> AND \g<name> <= \g<most>", text)):
        if match := _LENGTH.fullmatch(part):
            yield match["name"], "length" + match["sign"], float(match["number"])
        elif match := _COMPARED.fullmatch(part):
            yield match["name"], match["sign"], float(match["number"])
        elif match := _TURNED.fullmatch(part):
            yield match["name"], _TURN[match["sign"]], float(match["number"])


def _split(text: str) -> Iterator[str]:
    """Yield the parts that ``AND`` joins, without the parentheses around them."""
    depth, start, parts = 0, 0, []
    for match in re.finditer(r"[()]|\s+AND\s+", text, flags=re.I):
        if match[0] in "()":
            depth += 1 if match[0] == "(" else -1
        elif depth == 0:
            parts.append(text[start : match.start()])
            start = match.end()
    parts.append(text[start:])
    if len(parts) > 1:
        for part in parts:
            yield from _split(part)
    elif (bare := text.strip()).startswith("(") and bare.endswith(")"):
        yield from _split(bare[1:-1])
    else:
        yield bare


def _tighten(
    bounds: dict[str, int | float], bound: str, value: float, column: Column[Any]
) -> None:
    """Keep the tighter of two bounds; one that is exclusive can be said of integers only."""
    length = bound.startswith("length")
    least = bound.endswith((">", ">=", "ge"))
    if bound.endswith((">", "<")):
        if not (length or _counts(column)):
            return
        value += 1 if least else -1
    whole = int(value) if value == int(value) else value
    name = {(True, True): "min_length", (True, False): "max_length", (False, True): "ge"}.get(
        (length, least), "le"
    )
    tighter = max if least else min
    bounds[name] = tighter(bounds.get(name, whole), whole)


def _counts(column: Column[Any]) -> bool:
    try:
        return column.type.python_type is int
    except NotImplementedError:
        return False
