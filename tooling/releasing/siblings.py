"""The lines with which a package asks for its siblings, and how they are rewritten."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

from workspace import Package

from .version import show_range

NEXT = re.compile(r'^\s*"(?P<line>[^"]+)",?\s*#\s*next\s*$')
"""A line that waits for the next release of what it asks for."""
_MARK = re.compile(r"#\s*next\b")


@dataclass(frozen=True)
class Ask:
    """One requirement of a package on a sibling.

    :param text: the requirement as it is written.
    :param waits: whether it is marked ``# next``.
    """

    text: str
    waits: bool = False

    @property
    def requirement(self) -> Requirement:
        """What the text says."""
        return Requirement(self.text)

    @property
    def distribution(self) -> str:
        """The sibling."""
        return canonicalize_name(self.requirement.name)

    def accepts(self, version: Version) -> bool:
        """Tell whether a release of the sibling is in the range."""
        return self.requirement.specifier.contains(version, prereleases=True)


def find_asks(package: Package, siblings: Mapping[str, Package]) -> list[Ask]:
    """Return what a package asks of its siblings, in its extras and for its development too."""
    project = package.project
    lines = [*project.get("dependencies", ())]
    for extra in project.get("optional-dependencies", {}).values():
        lines += extra
    for group in tomllib.loads(read(package)).get("dependency-groups", {}).values():
        lines += [line for line in group if isinstance(line, str)]
    waiting = set(_find_marked(read(package)))
    asks = [Ask(line, line in waiting) for line in dict.fromkeys(lines)]
    return [ask for ask in asks if ask.distribution in siblings]


def read(package: Package) -> str:
    """Return the text of a package's ``pyproject.toml``."""
    return find_file(package).read_text("utf-8")


def find_file(package: Package) -> Path:
    """Return where the metadata of a package stands."""
    return package.folder / "pyproject.toml"


def _find_marked(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if found := NEXT.match(line):
            yield found["line"]


def find_marker_faults(package: Package, siblings: Mapping[str, bool]) -> Iterator[str]:
    """Yield each ``# next`` that has no meaning.

    :param siblings: by distribution, whether it has something to release, so that there will be
        a next release to wait for.
    """
    for line in filter(_MARK.search, read(package).splitlines()):
        found = NEXT.match(line)
        try:
            name = canonicalize_name(Requirement(found["line"]).name) if found else ""
        except InvalidRequirement:
            name = ""
        if name not in siblings:
            yield f"'{line.strip()}' is no line of its own that asks for a sibling"
        elif not siblings[name]:
            yield f"'{line.strip()}' waits for a release of {name}, which has nothing to release"


def set_range(text: str, ask: Ask, specifier: SpecifierSet) -> str:
    """Return a ``pyproject.toml`` in which a requirement has another range and no marker."""
    need = ask.requirement
    extras = f"[{','.join(sorted(need.extras))}]" if need.extras else ""
    line = f'"{need.name}{extras}{show_range(specifier)}"'
    mark = r"[^\S\n]*#[^\S\n]*next[^\S\n]*$"
    marked = re.compile(rf'"{re.escape(ask.text)}"(?P<comma>,?){mark}', re.MULTILINE)
    text = marked.sub(lambda found: line + found["comma"], text)
    return text.replace(f'"{ask.text}"', line)


def set_version(text: str, version: Version) -> str:
    """Return a ``pyproject.toml`` with another version."""
    return re.sub(r'^version = "[^"]*"$', f'version = "{version}"', text, count=1, flags=re.M)
