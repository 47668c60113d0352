"""Versions: what a change does to one, and the range in which a sibling may then stand."""

from __future__ import annotations

from typing import Literal

from packaging.specifiers import SpecifierSet
from packaging.version import Version

Bump = Literal["first", "patch", "minor", "major"]

#: What a fragment of a kind does to a version, before 1.0 and after.
EFFECTS: dict[str, tuple[Bump, Bump]] = {
    "removed": ("minor", "major"),
    "changed": ("minor", "minor"),
    "added": ("minor", "minor"),
    "deprecated": ("minor", "minor"),
    "fixed": ("patch", "patch"),
    "security": ("patch", "patch"),
}
_ORDER: list[Bump] = ["patch", "minor", "major"]


def find_bump(version: Version, kinds: set[str]) -> Bump:
    """Return the largest step that fragments of these kinds ask for."""
    stable = version.major > 0
    return max((EFFECTS[kind][stable] for kind in kinds), key=_ORDER.index)


def bump(version: Version, step: Bump) -> Version:
    """Return the version that a step leads to; a first release keeps the one that stands."""
    major, minor, patch = version.major, version.minor, version.micro
    match step:
        case "major":
            return Version(f"{major + 1}.0.0")
        case "minor":
            return Version(f"{major}.{minor + 1}.0")
        case "patch":
            return Version(f"{major}.{minor}.{patch + 1}")
        case "first":
            return version


def write_range(floor: Version) -> SpecifierSet:
    """Return the range of a sibling whose oldest usable release is this one.

    It ends at the next release that may break: the next minor before 1.0, the next major after.
    """
    parts = list(floor.release)
    while len(parts) > 2 and parts[-1] == 0:
        parts.pop()
    end = f"{floor.major + 1}" if floor.major else f"0.{floor.minor + 1}"
    return SpecifierSet(f">={'.'.join(map(str, parts))},<{end}")


def show_range(specifier: SpecifierSet) -> str:
    """Return a range as it is written: the floor first."""
    return ",".join(sorted(map(str, specifier), reverse=True))
