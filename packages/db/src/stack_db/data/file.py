"""Files of dumped rows: JSON lines, packed where the name says so, complete or not there."""

from __future__ import annotations

import gzip
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any, cast

STANDARD = "-"
"""Stands for standard output."""


@contextmanager
def create(name: str) -> Iterator[IO[bytes]]:
    """Open a file that nobody but its owner may read, and which is there when it is complete.

    :param name: ends in ``.gz`` if it is to be packed.
    """
    if name == STANDARD:
        stream = sys.stdout.buffer
        yield stream
        stream.flush()
        return
    with replace(Path(name)) as part, _open(part, "wb", packed=name.endswith(".gz")) as file:
        yield file


@contextmanager
def replace(path: Path) -> Iterator[Path]:
    """Give a new file's path, and put it in the place of another when all went well.

    A crash of the machine leaves the old one or the new one.
    """
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except BaseException:
        with suppress(FileNotFoundError):
            part.unlink()
        raise


def read(path: Path) -> IO[bytes]:
    """Open a file, packed or not."""
    return _open(path, "rb", packed=path.name.endswith(".gz"))


def _open(path: Path, mode: str, *, packed: bool) -> IO[bytes]:
    opened: Any = gzip.open if packed else open
    return cast(IO[bytes], opened(path, mode))
