"""What the repository is made of, read from ``packages/*`` so that nobody keeps a list."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Package:
    """One folder of ``packages``: one distribution with one import package."""

    folder: Path
    content: dict[str, Any]

    @property
    def project(self) -> dict[str, Any]:
        """The metadata in the package's ``pyproject.toml``."""
        table: dict[str, Any] = self.content["project"]
        return table

    @property
    def name(self) -> str:
        """The folder's name, by which the rest of the repository calls the package."""
        return self.folder.name

    @property
    def distribution(self) -> str:
        """The name under which the package is installed."""
        return canonicalize_name(self.project["name"])

    @property
    def module(self) -> Path:
        """The folder of the import package: the only one in ``src``."""
        (module,) = (path for path in (self.folder / "src").iterdir() if path.is_dir())
        return module

    @property
    def dependencies(self) -> tuple[Requirement, ...]:
        """What is always installed with the package."""
        return tuple(Requirement(line) for line in self.project.get("dependencies", ()))

    @property
    def extras(self) -> dict[str, tuple[Requirement, ...]]:
        """What each extra of the package adds."""
        groups = self.project.get("optional-dependencies", {})
        return {name: tuple(map(Requirement, lines)) for name, lines in groups.items()}

    @property
    def build(self) -> tuple[Requirement, ...]:
        """What builds the package."""
        return tuple(map(Requirement, self.content["build-system"]["requires"]))

    def sources(self) -> list[Path]:
        """Return the Python files of the import package."""
        return sorted(self.module.rglob("*.py"))


def read_project(file: Path) -> dict[str, Any]:
    """Return the content of a ``pyproject.toml``."""
    return tomllib.loads(file.read_text("utf-8"))


def packages(root: Path = ROOT) -> tuple[Package, ...]:
    """Return every package of the workspace, by name."""
    files = sorted((root / "packages").glob("*/pyproject.toml"))
    return tuple(Package(file.parent, read_project(file)) for file in files)


def groups(root: Path = ROOT) -> dict[str, tuple[str, ...]]:
    """Return the development tools that the root's ``pyproject.toml`` lists per group."""
    listed = read_project(root / "pyproject.toml")["dependency-groups"]
    return {name: tuple(lines) for name, lines in listed.items()}


def closure(distribution: str, *extras: str, root: Path = ROOT) -> tuple[Package, ...]:
    """Return the packages of the workspace that an installation needs, the named one first.

    :param distribution: the member to install, such as ``stack``.
    :param extras: those of its extras that are wanted; what a member asks of another is followed
        too.
    """
    members = {member.distribution: member for member in packages(root)}
    needed: dict[str, Package] = {}
    waiting = [(distribution, frozenset(extras))]
    while waiting:
        name, wanted = waiting.pop(0)
        member = members[name]
        lines = list(member.dependencies) if name not in needed else []
        lines += [line for key in wanted for line in member.extras[key]]
        needed.setdefault(name, member)
        waiting += [(line.name, frozenset(line.extras)) for line in lines if line.name in members]
    return tuple(needed.values())
