"""A file of dumped rows, read a bounded number at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from . import file
from .dumping import CHUNK, FORMAT, Head, Mark


class LoadError(ValueError):
    """A file cannot be loaded; the message says why, and nothing was changed."""


class Batch(msgspec.Struct):
    """Some rows of one table out of a file."""

    table: str
    columns: list[str]
    rows: list[list[Any]]
    last: int = 0
    """The number of its last line in the file."""


class Source:
    """A file of dumped rows.

    :raises LoadError: it is none.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            with file.read(path) as opened:
                self.head = msgspec.json.decode(opened.readline(), type=Head)
        except (msgspec.MsgspecError, OSError, EOFError):
            raise LoadError(
                f"'{path}' was not written by flask db dump. Give a file that was."
            ) from None
        if self.head.stack_db_dump != FORMAT:
            raise LoadError(
                f"'{path}' has the format {self.head.stack_db_dump}, which this stack-db does not"
                " know. Install a newer stack-db."
            )

    def batches(self) -> Iterator[Batch]:
        """Yield all rows, a bounded number at a time.

        :raises LoadError: the file is damaged or not whole.
        """
        batch, seen, number = Batch("", [], []), 0, 1
        try:
            with file.read(self._path) as opened:
                opened.readline()
                for number, line in enumerate(opened, 2):
                    if line.startswith(b"["):
                        batch.rows.append(self._row(line, batch.columns))
                        batch.last = number
                        seen += 1
                    if batch.rows and (len(batch.rows) == CHUNK or not line.startswith(b"[")):
                        yield batch
                        batch = Batch(batch.table, batch.columns, [])
                    if line.startswith(b"["):
                        continue
                    mark = msgspec.json.decode(line, type=Mark)
                    if mark.end is not None:
                        self._finish(mark.end, seen)
                        return
                    batch = Batch(mark.table, mark.columns, [])
        except (msgspec.MsgspecError, OSError, EOFError, ValueError) as error:
            if isinstance(error, LoadError):
                raise
            raise LoadError(
                f"Line {number} of '{self._path}' is not what flask db dump writes."
                " Copy the file again, or dump again."
            ) from None
        self._finish(None, seen)

    def _row(self, line: bytes, columns: Sequence[str]) -> list[Any]:
        row = msgspec.json.decode(line, type=list[Any])
        if len(row) != len(columns):
            raise ValueError("a row has another number of values")
        return row

    def _finish(self, said: int | None, seen: int) -> None:
        if said != seen:
            raise LoadError(
                f"'{self._path}' ends too early: it has {seen} rows."
                " Copy the file again, or dump again."
            )
