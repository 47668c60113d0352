"""Whole lists line by line: JSON Lines and CSV, at flat memory."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import islice
from typing import Any

import msgspec
from flask import Response, current_app

from ..http.encoder import ENCODER
from ..http.media_type import CSV
from .items import Row, Shape
from .layout import Layout

ROWS_AT_ONCE = 500
"""How many rows are written at once."""
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
"""Beginnings of text that a spreadsheet takes for a formula."""


def stream_rows(layout: Layout, shape: Shape, rows: Iterator[Row], media_type: str) -> Any:
    """Return an answer that is written while the rows are read.

    It holds a connection until it is sent or given up.
    """
    write = _write_csv if media_type == CSV else _write_lines
    body = _Body(write(layout, shape, rows), rows)
    answer: Response = current_app.response_class(body, content_type=_content_type(media_type))
    if media_type == CSV:
        answer.headers["Content-Disposition"] = f'attachment; filename="{_name(layout)}.csv"'
        answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer


class _Body:
    """The chunks of an answer; closing it closes the rows."""

    def __init__(self, chunks: Iterator[bytes], rows: Iterator[Row]) -> None:
        self._chunks = chunks
        self._rows = rows

    def __iter__(self) -> Iterator[bytes]:
        return self._chunks

    def close(self) -> None:
        """Close the rows, whose connection goes back."""
        close: Callable[[], None] | None = getattr(self._rows, "close", None)
        if close is not None:
            close()


def _items(layout: Layout, shape: Shape, rows: Iterator[Row]) -> Iterator[list[Any]]:
    """Yield the items of many rows; where the key is shown it is the last value of each."""
    while chunk := list(islice(rows, ROWS_AT_ONCE)):
        if shape.plain:
            cls = shape.cls
            yield [cls(*row) for row in chunk]
        elif layout.needs_key:
            yield [shape.make(row, row[-1]) for row in chunk]
        else:
            yield [shape.make(row, None) for row in chunk]


def _write_lines(layout: Layout, shape: Shape, rows: Iterator[Row]) -> Iterator[bytes]:
    for items in _items(layout, shape, rows):
        yield ENCODER.encode_lines(items)


def _write_csv(layout: Layout, shape: Shape, rows: Iterator[Row]) -> Iterator[bytes]:
    names = [*shape.names, *(["key"] if layout.needs_key else [])]
    yield _line([names])
    for items in _items(layout, shape, rows):
        yield _line([[_cell(getattr(item, name)) for name in names] for item in items])


def _line(rows: list[list[Any]]) -> bytes:
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def _cell(value: Any) -> Any:
    """Return a value as it stands in a table; text that would be a formula gets a quote."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float | Decimal):
        return value
    plain = value if isinstance(value, str) else msgspec.to_builtins(value)
    if not isinstance(plain, str):
        plain = ENCODER.encode(plain).decode()
    return f"'{plain}" if plain.startswith(_RISKY) else plain


def _content_type(media_type: str) -> str:
    return f"{media_type}; charset=utf-8; header=present" if media_type == CSV else media_type


def _name(layout: Layout) -> str:
    return layout.resource.path.strip("/").replace("/", "-")
