"""How things are said in a report."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

MOST = 300
"""The longest that an error's text may be."""
LEAST = 4
"""The fewest letters that a first word of a name has which stands for the name."""


def say(error: BaseException) -> str:
    """Return an error in one line, without a full stop at its end."""
    # A path may hold a lone surrogate, which no report can be encoded with.
    text = " ".join(str(error).encode("utf-8", "backslashreplace").decode().split())
    name = type(error).__name__
    return f"{name}: {text}"[:MOST].rstrip(".") if text else name


def show(text: str) -> str:
    """Return a line with the number of each character that would steer a terminal."""
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in text
    )


def enumerate_some(things: Iterable[str], most: int = 4) -> str:
    """Return the first few of many in words."""
    found = list(things)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more


def plain(name: str) -> str:
    """Return a name in small letters, with nothing between its words."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


def short_forms(name: str) -> Iterator[str]:
    """Yield a name in plain letters, and what is left without Flask's and the usual endings."""
    words = [word.lower() for word in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z0-9]+", name)]
    yield "".join(words)
    kept = [word for word in words if word != "flask"]
    yield "".join(kept)
    if len(kept) > 1 and kept[0] == "py":
        yield "".join(kept[1:])
    if len(kept) > 1 and kept[-1] in {"manager", "extension", "ext", "too", "x"}:
        yield "".join(kept[:-1])
    if kept and len(kept[0]) >= LEAST:
        yield kept[0]
