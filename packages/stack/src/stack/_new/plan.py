"""Which files a new application consists of."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata, resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from .name import Name
from .selection import Selection
from .template import render

SUFFIX = ".tmpl"
PACKAGE = "package"


@dataclass(frozen=True)
class File:
    """One file to be.

    :param path: below the application's folder.
    :param secret: for the owner's eyes only.
    """

    path: PurePosixPath
    text: str
    secret: bool = False


def draw(name: Name, selection: Selection) -> list[File]:
    """Return every file of the application, with a secret key of its own.

    A file of which the choice leaves no line is none.
    """
    values = {
        "distribution": name.distribution,
        "package": name.package,
        "title": name.title,
        "host": name.host,
        "extras": selection.brackets,
        "range": write_range(metadata.version("stack")),
    }
    scaffold = resources.files("stack") / "scaffold"
    files = [
        File(_place(path, name), text)
        for layer in ("app", *(extra.name for extra in selection.extras if extra.kind == "part"))
        for path, source in _walk(scaffold / layer, PurePosixPath())
        if (text := render(source.read_text("utf-8"), values, selection.switches))
    ]
    key = File(PurePosixPath("instance/secret_key"), secrets.token_hex(32) + "\n", secret=True)
    return sorted([*files, key], key=lambda file: file.path)


def write_range(version: str) -> str:
    """Return the range of releases that go with this one: below the next breaking one."""
    found = re.match(r"(\d+)\.(\d+)", version)
    if found is None:
        raise ValueError(f"{version!r} is not a version.")
    major, minor = int(found[1]), int(found[2])
    ceiling = f"{major + 1}" if major else f"0.{minor + 1}"
    return f">={major}.{minor},<{ceiling}"


def _walk(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, path / entry.name)
        elif entry.name.endswith(SUFFIX):
            yield path / entry.name.removesuffix(SUFFIX), entry


def _place(path: PurePosixPath, name: Name) -> PurePosixPath:
    """Return where a file goes: ``package`` is the application's, ``dot-x`` is ``.x``."""
    first, *rest = path.parts
    parts = [name.package if first == PACKAGE and rest else first, *rest]
    return PurePosixPath(*(re.sub(r"^dot-", ".", part) for part in parts))
