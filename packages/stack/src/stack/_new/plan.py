"""Which files a new application consists of."""

from __future__ import annotations

import re
import secrets
from importlib import metadata
from pathlib import PurePosixPath

from .drawing import File, draw_layers
from .name import Name
from .selection import Selection


def draw(name: Name, selection: Selection) -> list[File]:
    """Return every file of the application, with a secret key of its own."""
    values = {
        "distribution": name.distribution,
        "package": name.package,
        "title": name.title,
        "host": name.host,
        "extras": selection.brackets,
        "range": write_range(metadata.version("stack")),
    }
    parts = (extra.name for extra in selection.extras if extra.kind == "part")
    files = draw_layers(("app", *parts), values, selection.switches)
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
