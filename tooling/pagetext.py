"""Pieces of Markdown that generated pages are made of."""

from __future__ import annotations

from collections.abc import Sequence


def cell(text: object) -> str:
    """Return text that may stand in a cell of a Markdown table."""
    return " ".join(str(text).split()).replace("|", "\\|")


def heading(title: str, text: str) -> str:
    """Return the start of a page."""
    return f"# {title}\n\n{text}\n"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """Return a Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(map(cell, line)) + " |" for line in lines) + "\n"
