"""Extensions that are installed for one test, each as a package with a distribution."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

HERE = Path(__file__).parent
METADATA = {
    "Metadata-Version": "2.4",
    "Name": "broken",
    "Version": "1.2",
    "License-Expression": "BSD-3-Clause",
    "Classifier": "Framework :: Flask",
    "Requires-Dist": "flask>=3.1",
}


def install(
    source: Path, folder: Path, metadata: Mapping[str, str] | None = None, *, types: bool = True
) -> str:
    """Put a module into a folder as an installed package, and return the package's name.

    :param metadata: instead of what a good one has; what is empty is left out.
    :param types: whether the package says that it has some.
    """
    name = f"kit_{source.parent.name}_{source.stem}"
    package = folder / name
    package.mkdir()
    (package / "__init__.py").write_text(source.read_text("utf-8"), "utf-8")
    if types:
        (package / "py.typed").touch()
    lines = {**METADATA, "Name": name, **(metadata or {})}
    info = folder / f"{name}-1.2.dist-info"
    info.mkdir()
    text = "".join(f"{key}: {value}\n" for key, value in lines.items() if value)
    (info / "METADATA").write_text(text, "utf-8")
    (info / "RECORD").write_text(f"{name}/__init__.py,,\n", "utf-8")
    return name
