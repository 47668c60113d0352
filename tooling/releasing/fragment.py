"""Changelog fragments: what a package has to tell with its next release."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workspace import Package

KEEPER = ".gitkeep"
"""The file that stays in ``changes`` when a release has used all fragments up."""


@dataclass(frozen=True)
class Fragment:
    """One file of ``packages/X/changes``: ``<slug>.<kind>.md``."""

    file: Path
    kind: str
    text: str


def read_fragments(package: Package) -> list[Fragment]:
    """Return what a package has to tell, by the names of the files."""
    files = sorted((package.folder / "changes").glob("*.md"))
    return [
        Fragment(file, file.name.split(".")[1], file.read_text("utf-8").strip()) for file in files
    ]


def consume(package: Package, fragments: list[Fragment]) -> None:
    """Remove the fragments, and keep their folder."""
    for fragment in fragments:
        fragment.file.unlink()
    if not any((package.folder / "changes").iterdir()):
        (package.folder / "changes" / KEEPER).touch()
