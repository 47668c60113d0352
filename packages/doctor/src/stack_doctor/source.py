"""The project's own source, searched for patterns: a walk with an end, that follows no link."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import astuple, dataclass
from functools import cached_property

from .problem import DoctorError
from .reading import UnreadableError, read_file

MOST_FILES = 2_000
MOST_FOLDERS = 5_000
MOST_BYTES = 1_000_000
#: The most bytes of all files together.
MOST_TOTAL = 50_000_000
#: The longest that a search for all patterns may take, in seconds: a pattern may have no end.
PATIENCE = 20

#: Folders that hold what other people wrote, or copies.
_SKIPPED = {
    "node_modules", "site-packages", "__pycache__", "build", "dist", "venv", "env", "virtualenv",
}  # fmt: skip


#: A pattern that repeats nothing and has few branches: its time grows with the text alone.
_PLAIN = re.compile(r"[^*+?{|]*(?:\|[^*+?{|]*){0,4}")


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
        total = 0
        for path in self._walk():
            try:
                text = read_file(path, MOST_BYTES)
            except (UnreadableError, FileNotFoundError):
                continue
            found.append((path, text.decode("utf-8", "replace")))
            total += len(text)
            if len(found) == MOST_FILES or total > MOST_TOTAL:
                break
        return tuple(found)

    def find_all(self, patterns: Mapping[str, str]) -> dict[str, Hit | None]:
        """Return the first place of each pattern, by the pattern's name.

        :raises DoctorError: one of them is not found or missed in time.
        """
        plain = {name for name, pattern in patterns.items() if _PLAIN.fullmatch(pattern)}
        found = {name: self.find(patterns[name]) for name in plain}
        others = {name: pattern for name, pattern in patterns.items() if name not in plain}
        return found | (self._find_bounded(others) if others else {})

    def _find_bounded(self, patterns: Mapping[str, str]) -> dict[str, Hit | None]:
        """Do the same in a process of its own, which can be ended."""
        home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        code = f"import sys; sys.path.append(sys.argv[1]); import {__name__} as s; s.answer()"
        try:
            done = subprocess.run(
                [sys.executable, "-I", "-S", "-c", code, home, self.folder],
                input=json.dumps(patterns).encode(),
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                timeout=PATIENCE,
                check=False,
            )
            said = done.stdout
        except subprocess.TimeoutExpired as error:
            said = error.stdout or b""
        answers = dict(map(json.loads, said.splitlines()))
        late = next((name for name in patterns if name not in answers), None)
        if late is not None:
            raise DoctorError(
                f"Row '{late}': its 'code' is not searched for within {PATIENCE} s in"
                f" '{self.folder}'. Simplify the pattern, or name another --project."
            )
        return {name: Hit(*answers[name]) if answers[name] else None for name in patterns}

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


def answer() -> None:
    """Search for the patterns that are on stdin, and print each answer as soon as it is there."""
    source = Source(sys.argv[2])
    for name, pattern in json.load(sys.stdin).items():
        hit = source.find(pattern)
        print(json.dumps([name, hit and astuple(hit)]), flush=True)
