"""What a docstring says of a class or a function, and of each ``:param``."""

from __future__ import annotations

import re
from inspect import cleandoc

_FIELD = re.compile(r"^:(\w+)(?: (\w+))?:[ ]?((?:.*)(?:\n[ ]+.*)*)", re.MULTILINE)


def find_labels(text: str) -> dict[str, str]:
    """Return what a docstring says of each ``:param``, by its name."""
    found = _FIELD.finditer(cleandoc(text))
    return {each[2]: join_lines(each[3]) for each in found if each[1] == "param"}


def strip_fields(text: str) -> str:
    """Return a docstring without its ``:param`` and whatever comes after the first of such."""
    clean = cleandoc(text)
    first = _FIELD.search(clean)
    return (clean[: first.start()] if first else clean).strip()


def join_lines(text: str) -> str:
    """Return a text in one line, with the quotes of Markdown."""
    return " ".join(text.split()).replace("``", "`")
