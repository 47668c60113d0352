"""Drawing files from the layers of a scaffold."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from .template import render

SUFFIX = ".tmpl"
PACKAGE = "package"


@dataclass(frozen=True)
class File:
    """One file to be.

    :param path: below the folder that is made.
    :param secret: for the owner's eyes only.
    """

    path: PurePosixPath
    text: str
    secret: bool = False


def draw_layers(
    layers: Iterable[str], values: Mapping[str, str], switches: Collection[str]
) -> list[File]:
    """Return every file of these folders of the scaffold.

    A file of which the switches leave no line is none; one that has no line is empty.

    :param values: what placeholders stand for; ``package`` also stands for itself in paths.
    """
    scaffold = resources.files("stack") / "scaffold"
    files: list[File] = []
    for layer in layers:
        for path, source in _walk(scaffold.joinpath(layer), PurePosixPath()):
            template = source.read_text("utf-8")
            text = render(template, values, switches)
            if text or not template:
                files.append(File(_place(path, values[PACKAGE]), text))
    return files


def _walk(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from _walk(entry, path / entry.name)
        elif entry.name.endswith(SUFFIX):
            yield path / entry.name.removesuffix(SUFFIX), entry


def _place(path: PurePosixPath, package: str) -> PurePosixPath:
    """Return where a file goes: ``package`` stands for the name, ``dot-x`` for ``.x``."""
    *folders, file = path.parts
    named = [package if part == PACKAGE else part for part in folders]
    parts = [*named, re.sub(rf"^{PACKAGE}_", f"{package}_", file)]
    return PurePosixPath(*(re.sub(r"^dot-", ".", part) for part in parts))
