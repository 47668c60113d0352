"""The files that a distribution owns: its RECORD, read as text and no further than is asked."""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .reading import read_file

MOST_BYTES = 16_000_000

#: The first part of each path, with the slash or comma behind it.
_TOP = re.compile(rb'^"?([^/,"\r\n]+)([/,])', re.MULTILINE)
_MODULE = re.compile(r"([A-Za-z_]\w*)(\.py|\.[\w.-]*so|\.[\w.-]*pyd)", re.ASCII)
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


@dataclass(frozen=True)
class Record:
    """The files of one distribution.

    :param folder: where its modules lie.
    :param text: what its RECORD holds; empty where there is none.
    """

    folder: str
    text: bytes = field(repr=False)

    @cached_property
    def tops(self) -> frozenset[str]:
        """The modules and packages that can be imported by one word, as far as they are known."""
        found: set[str] = set()
        for name, mark in set(_TOP.findall(self.text)):
            top = name.decode("utf-8", "replace")
            if mark == b"/" and _NAME.fullmatch(top):
                if b"\n" + name + b"/__init__.py," in b"\n" + self.text:
                    found.add(top)
            elif mark == b",":
                module = _MODULE.fullmatch(top)
                found |= {module[1]} if module else set()
        return frozenset(found)

    def files(self, top: str) -> Iterator[tuple[str, str]]:
        """Yield path and hash of each Python file of a top-level name."""
        lines = self.text.decode("utf-8", "replace").splitlines()
        chosen = (line for line in lines if line.lstrip('"').startswith((f"{top}/", f"{top}.")))
        for row in csv.reader(chosen):
            path = row[0] if row else ""
            if path.endswith((".py", ".so", ".pyd")) and ".." not in path.split("/"):
                yield path, row[1] if len(row) > 1 else ""

    def find_module(self, top: str) -> str | None:
        """Return the file of a top-level name on the disk, or None where it is not there."""
        stem = os.path.join(self.folder, top)
        for path in (os.path.join(stem, "__init__.py"), f"{stem}.py"):
            if os.path.exists(path):
                return path
        for path, _ in self.files(top):
            if "/" not in path and os.path.exists(os.path.join(self.folder, path)):
                return os.path.join(self.folder, path)
        return None


def read_record(folder: str, information: str) -> Record:
    """Return the record of the distribution whose metadata lies in a folder.

    :raises UnreadableError: there is one, and it cannot be read.
    """
    try:
        return Record(folder, read_file(os.path.join(information, "RECORD"), MOST_BYTES))
    except FileNotFoundError:
        return Record(folder, b"")
