"""Files that a stranger may have made: none is read that could block or be endless."""

from __future__ import annotations

import os
import re
import stat
import tomllib
from typing import Any

#: The most parts of a key: the time for one grows with the square of them.
MOST_PARTS = 32
_PART = r"""(?:[\w-]++|"(?:[^"\\\n]|\\.)*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+"""
_DEEP = re.compile(rf"(?<![^\s\[{{,])(?:{_PART}){{{MOST_PARTS}}}")


class UnreadableError(ValueError):
    """A file cannot be read; the text says why, without the file's name."""


def read_file(path: str, most: int) -> bytes:
    """Return what a regular file holds.

    :param most: the most bytes that it may have.
    :raises FileNotFoundError: it is not there.
    :raises UnreadableError: it is no regular file, is larger, or cannot be opened.
    """
    try:
        # A pipe would wait for its writer; a device may have no end.
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(path) from None
    except (OSError, ValueError) as error:
        raise UnreadableError(_reason(error)) from None
    try:
        found = os.fstat(number)
        if not stat.S_ISREG(found.st_mode):
            raise UnreadableError("it is no regular file")
        if found.st_size > most:
            raise UnreadableError(f"it has {found.st_size:,} bytes, {most:,} are the most")
        with os.fdopen(os.dup(number), "rb") as file:
            return file.read(most)
    except OSError as error:
        raise UnreadableError(_reason(error)) from None
    finally:
        os.close(number)


def parse_toml(text: str) -> dict[str, Any]:
    """Return what a TOML file holds, in a time that grows with its size.

    :raises ValueError: it is none, or has a key of too many parts.
    """
    if _DEEP.search(text):
        raise ValueError(f"a key has more than {MOST_PARTS} parts")
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or type(error).__name__
