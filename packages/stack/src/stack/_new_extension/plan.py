"""Which files a new extension consists of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from importlib import metadata

from .._new.drawing import File, draw_layers
from .._new.name import Name
from .._new.refusal import RefusalError

LICENSES = ("BSD-3-Clause", "MIT")
"""Those whose text the scaffold has, the default first."""

# Whose metadata tell the oldest releases; the roof, the last, has the last word.
_TESTED = ("stack-core", "stack")
_FLOOR = re.compile(r"(?P<name>[A-Za-z0-9_-]+)(?:\[[^]]*\])?[^;]*?>=(?P<floor>[0-9][^,;\s]*)")


def draw(name: Name, seams: Sequence[str], license: str, authors: str) -> list[File]:
    """Return every file of the extension.

    :param authors: who it is by; empty: its authors.
    """
    title = "".join(word.capitalize() for word in name.package.split("_"))
    values = {
        "distribution": name.distribution,
        "package": name.package,
        "class": title,
        "names": ", ".join(f'"{each}"' for each in sorted([title, f"{title}Settings", "State"])),
        "prefix": name.package.upper(),
        "title": name.title,
        "license": license,
        "authors": authors or f"the {name.distribution} authors",
        **{f"floor_{word}": floor for word, floor in _read_floors()},
    }
    layers = [f"extension/{layer}" for layer in ("plain", *seams)]
    switches = {*seams, license.partition("-")[0].lower(), *(() if seams else ("none",))}
    return sorted(draw_layers(layers, values, switches), key=lambda file: file.path)


def read_authors(text: str) -> str:
    """Return who an extension is by, as it was typed.

    :raises RefusalError: it could not stand in a file of metadata as it is.
    """
    if not text.isprintable() or any(sign in text for sign in '"\\@') or text != text.strip():
        raise RefusalError(
            f"{text!r} cannot be --authors. Write names in one line, without quotes, backslashes"
            " and at-signs."
        )
    return text


def _read_floors() -> Iterator[tuple[str, str]]:
    """Yield what core and the roof ask for, each with the oldest release that is tested."""
    for owner in _TESTED:
        for line in metadata.requires(owner) or ():
            if found := _FLOOR.match(line):
                yield found["name"].replace("-", "_"), found["floor"]
    yield "stack", ".".join(metadata.version("stack").split(".")[:2])
