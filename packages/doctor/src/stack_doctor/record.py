"""The files that a distribution owns: its RECORD, read as text and no further than is asked."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from .reading import read_file

MOST_BYTES = 16_000_000

#: The first part of the path of each package and of each file that lies in none.
_TOP = re.compile(rb'^"?([^/,"\r\n]+)(/__init__\.py,|,)', re.MULTILINE)
_MODULE = re.compile(r"([A-Za-z_]\w*)(\.py|\.[\w.-]*so|\.[\w.-]*pyd)", re.ASCII)
_FIRST = re.compile(r"[/.]")
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
        return frozenset(self._files_of_tops)

    @cached_property
    def _files_of_tops(self) -> dict[str, list[str]]:
        """The files that a top-level name may be imported from, as the RECORD tells them."""
        found: dict[str, list[str]] = {}
        for name, rest in _TOP.findall(self.text):
            top = name.decode("utf-8", "replace")
            if rest == b",":
                module = _MODULE.fullmatch(top)
                if module:
                    found.setdefault(module[1], []).append(top)
            elif _NAME.fullmatch(top):
                found.setdefault(top, []).append(f"{top}/__init__.py")
        return found

    def files(self, tops: Collection[str]) -> Iterator[tuple[str, str]]:
        """Yield path and hash of each Python file of some top-level names."""
        lines = self.text.decode("utf-8", "replace").splitlines()
        chosen = (line for line in lines if _FIRST.split(line.lstrip('"'), 1)[0] in tops)
        for line in chosen:
            # Neither a hash nor a size has a comma; a path that has one is quoted.
            path, digest, _ = [*line.rsplit(",", 2), "", ""][:3]
            path = path.strip('"')
            if path.endswith((".py", ".so", ".pyd")) and ".." not in path.split("/"):
                yield path, digest

    def find_module(self, top: str) -> str | None:
        """Return the file of a top-level name on the disk, or None where it is not there."""
        stem = os.path.join(self.folder, top)
        for path in (os.path.join(stem, "__init__.py"), f"{stem}.py"):
            if os.path.exists(path):
                return path
        for path in self._files_of_tops.get(top, ()):
            if os.path.exists(os.path.join(self.folder, path)):
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
