"""The record of what was released: data in the tree, which every clone of the repository has.

A release names the content that it was made of by git's id of the package's folder. A commit
cannot name itself, but it can name its folders, and a folder's id outlives merges and rebases.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from packaging.version import Version

from launch import Trouble
from workspace import ROOT

FILE = "tooling/releases.toml"
HEAD = "# Written by `python tooling/release.py apply`: what was released, in order.\n"


@dataclass(frozen=True)
class Release:
    """One release of one package.

    :param package: the folder in ``packages``.
    :param tree: git's id of the content of that folder.
    :param wheel: the SHA-256 of the wheel; ``sdist`` is that of the other file.
    """

    package: str
    distribution: str
    version: Version
    date: str
    tree: str
    wheel: str
    sdist: str

    @property
    def tag(self) -> str:
        """The tag of the release."""
        return f"{self.distribution}/v{self.version}"

    @property
    def files(self) -> dict[str, str]:
        """The SHA-256 of each file by its name."""
        name = f"{self.distribution.replace('-', '_')}-{self.version}"
        return {f"{name}-py3-none-any.whl": self.wheel, f"{name}.tar.gz": self.sdist}

    def __str__(self) -> str:
        return f"{self.distribution} {self.version}"


def read_releases(root: Path = ROOT) -> tuple[Release, ...]:
    """Return every release, the oldest first.

    :raises Trouble: the record cannot be read.
    """
    file = root / FILE
    if not file.is_file():
        return ()
    try:
        rows = tomllib.loads(file.read_text("utf-8")).get("release", [])
        return tuple(Release(**{**row, "version": Version(row["version"])}) for row in rows)
    except (ValueError, KeyError, TypeError) as error:
        raise Trouble(
            f"{FILE} cannot be read: {error}. In a merge, keep the rows of both sides."
        ) from None


def write_releases(releases: Iterable[Release], root: Path = ROOT) -> None:
    """Write the record."""
    rows = [HEAD]
    for release in releases:
        fields = {name: str(value) for name, value in vars(release).items()}
        rows.append("[[release]]\n" + "".join(f'{k} = "{v}"\n' for k, v in fields.items()))
    (root / FILE).write_text("\n".join(rows), "utf-8")


def find_newest(releases: Sequence[Release]) -> dict[str, Release]:
    """Return the newest release of each distribution."""
    ordered = sorted(releases, key=lambda release: release.version)
    return {release.distribution: release for release in ordered}


def find_last_minors(
    releases: Sequence[Release], distribution: str, count: int = 2
) -> list[Release]:
    """Return the newest patch of each of a distribution's last minors, the newest first."""
    mine = [release for release in releases if release.distribution == distribution]
    newest = {each.version.release[:2]: each for each in sorted(mine, key=lambda r: r.version)}
    return list(newest.values())[: -count - 1 : -1]
