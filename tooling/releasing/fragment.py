"""Changelog fragments: what a package has to tell with its next release."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from launch import Trouble
from workspace import Package

from .version import EFFECTS

KEEPER = ".gitkeep"
"""The file that stays in ``changes`` when a release has used all fragments up."""
MOST = 2000
"""The most bytes of one: what needs more belongs into the documentation."""
_NAME = re.compile(rf"[a-z0-9][a-z0-9-]*\.(?P<kind>{'|'.join(EFFECTS)})\.md")


@dataclass(frozen=True)
class Fragment:
    """One file of ``packages/X/changes``: ``<slug>.<kind>.md``."""

    file: Path
    kind: str
    text: str


def list_fragments(package: Package) -> list[Path]:
    """Return the files of fragments, right or wrong, by their names."""
    return sorted(file for file in (package.folder / "changes").glob("*") if file.name[0] != ".")


def read_fragments(package: Package) -> list[Fragment]:
    """Return what a package has to tell.

    :raises Trouble: a fragment is none; the sentence names it.
    """
    return [_read(file, package) for file in list_fragments(package)]


def find_fragment_faults(package: Package) -> Iterator[str]:
    """Yield what is wrong with the fragments of a package."""
    for file in list_fragments(package):
        try:
            _read(file, package)
        except Trouble as trouble:
            yield str(trouble)


def _read(file: Path, package: Package) -> Fragment:
    what = f"packages/{package.name}/changes/{file.name}"
    name = _NAME.fullmatch(file.name)
    if name is None or not file.is_file():
        raise Trouble(f"{what} is not named '<slug>.<kind>.md', of a kind {', '.join(EFFECTS)}.")
    if file.stat().st_size > MOST:
        raise Trouble(
            f"{what} has more than {MOST} bytes: leave the details to the documentation."
        )
    try:
        text = file.read_text("utf-8").strip()
    except UnicodeDecodeError:
        raise Trouble(f"{what} is not UTF-8: save it as that.") from None
    if not text:
        raise Trouble(f"{what} is empty: write what users have to know of the change.")
    return Fragment(file, name["kind"], text)


def consume(package: Package, fragments: list[Fragment]) -> None:
    """Remove the fragments, and keep their folder."""
    for fragment in fragments:
        fragment.file.unlink()
    if not any((package.folder / "changes").iterdir()):
        (package.folder / "changes" / KEEPER).touch()
