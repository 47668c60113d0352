"""The project's own source, searched for patterns: a walk with an end, that follows no link."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

from .reading import UnreadableError, read_file

MOST_FILES = 2_000
MOST_FOLDERS = 5_000
MOST_BYTES = 1_000_000

#: Folders that hold what other people wrote, or copies.
_SKIPPED = {
    "node_modules", "site-packages", "__pycache__", "build", "dist", "venv", "env", "virtualenv",
}  # fmt: skip


@dataclass(frozen=True)
class Hit:
    """Where a pattern stands."""

    file: str
    line: int
    text: str


class Source:
    """The Python files of a project, read when they are first asked for.

    :param folder: where the walk begins.
    """

    def __init__(self, folder: str) -> None:
        self.folder = os.path.abspath(folder)

    @cached_property
    def files(self) -> tuple[tuple[str, str], ...]:
        """Path and text of each file."""
        found: list[tuple[str, str]] = []
        for path in self._walk():
            try:
                text = read_file(path, MOST_BYTES)
            except (UnreadableError, FileNotFoundError):
                continue
            found.append((path, text.decode("utf-8", "replace")))
            if len(found) == MOST_FILES:
                break
        return tuple(found)

    def find(self, pattern: str) -> Hit | None:
        """Return the first place of a pattern, comments left out, or None."""
        wanted = re.compile(pattern, re.MULTILINE)
        for path, text in self.files:
            for match in wanted.finditer(text):
                start = text.rfind("\n", 0, match.start()) + 1
                if not text[start : match.start()].lstrip().startswith("#"):
                    line = text.count("\n", 0, match.start()) + 1
                    return Hit(os.path.relpath(path, self.folder), line, match[0])
        return None

    def _walk(self) -> Iterator[str]:
        for number, (folder, folders, names) in enumerate(os.walk(self.folder)):
            if number == MOST_FOLDERS:
                return
            folders[:] = sorted(each for each in folders if self._is_own(folder, each))
            yield from (os.path.join(folder, name) for name in sorted(names) if name[-3:] == ".py")

    @staticmethod
    def _is_own(folder: str, name: str) -> bool:
        if name.startswith(".") or name in _SKIPPED:
            return False
        return not os.path.exists(os.path.join(folder, name, "pyvenv.cfg"))
