"""The changelog of a package: a section for each release, and the page that shows all of them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Sequence
from pathlib import Path

from packaging.version import Version

from workspace import ROOT, packages

from .fragment import Fragment, read_fragments
from .version import EFFECTS

NAME = "CHANGELOG.md"
PAGE = "docs/reference/changes.md"
NOTE = "<!-- Written by `python tooling/reference.py` from the code; do not edit. -->\n"
#: How the kinds follow each other in a section.
KINDS = ("security", "removed", "deprecated", "changed", "added", "fixed")
assert set(KINDS) == set(EFFECTS)


def write_section(version: Version, date: str, told: Sequence[tuple[str, str]]) -> str:
    """Return the section of a release.

    :param told: kind and text of each thing to tell.
    """
    parts = [f"## {version} – {date}"]
    for kind in KINDS:
        texts = [text for each, text in told if each == kind]
        if texts:
            parts.append(f"### {kind.capitalize()}\n\n" + "\n".join(map(_write_item, texts)))
    return "\n\n".join(parts) + "\n"


def _write_item(text: str) -> str:
    return "- " + textwrap.indent(text.strip(), "  ").strip()


def add_section(file: Path, section: str) -> None:
    """Write a section above those of earlier releases."""
    title, _, earlier = file.read_text("utf-8").partition("\n")
    parts = [title, section.strip(), earlier.strip()]
    file.write_text("\n\n".join(filter(None, parts)) + "\n", "utf-8")


def find_section(text: str, version: Version) -> str | None:
    """Return the section of a version in a changelog, or None."""
    pattern = rf"^## {re.escape(str(version))} .*?(?=^## |\Z)"
    found = re.search(pattern, text, re.MULTILINE | re.DOTALL)
    return found[0] if found else None


def write_page(root: Path = ROOT) -> str:
    """Return every changelog with what is not released yet; a page includes it."""
    parts = []
    for package in packages(root):
        log = (package.folder / NAME).read_text("utf-8").partition("\n")[2].strip()
        log = re.sub(r"^##", "###", log, flags=re.MULTILINE)
        lines = [_write_line(fragment) for fragment in read_fragments(package)]
        unreleased = "### Not released yet\n\n" + "\n".join(lines) if lines else ""
        text = "\n\n".join(filter(None, [f"## {package.distribution}", unreleased, log]))
        parts.append(text + "\n")
    return "\n".join(parts)


def _write_line(fragment: Fragment) -> str:
    return f"- *{fragment.kind}*: {' '.join(fragment.text.split())}"
