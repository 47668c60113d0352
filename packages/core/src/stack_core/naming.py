"""Words and labels made of the names of classes and attributes."""

from __future__ import annotations

import re

_EDGES = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")
_WORD = re.compile(r"[a-z][a-z0-9_-]{0,99}")
_INITIALS = {"id", "ip", "isbn", "url", "uuid"}
_IRREGULAR = {"child": "children", "man": "men", "person": "people", "woman": "women"}


def make_word(name: str) -> str:
    """Return the word of a class: ``BookLoan`` is ``book_loan``."""
    return _EDGES.sub(r"_\1", name).lower().strip("_")


def is_word(word: str) -> bool:
    """Tell whether a word may stand in permissions and addresses."""
    return _WORD.fullmatch(word) is not None


def make_label(name: str) -> str:
    """Return the label of a name: ``published_at`` is ``Published at``."""
    words = [part.upper() if part in _INITIALS else part for part in name.lower().split("_")]
    text = " ".join(word for word in words if word)
    return text[:1].upper() + text[1:]


def make_plural(label: str) -> str:
    """Return the English plural of a label: ``Book loan`` is ``Book loans``."""
    head, blank, last = label.rpartition(" ")
    low = last.lower()
    if low in _IRREGULAR:
        plural = last[:1] + _IRREGULAR[low][1:]
    elif re.search(r"[^aeiou]y$", low):
        plural = last[:-1] + "ies"
    elif low.endswith(("s", "x", "z", "ch", "sh")):
        plural = last + "es"
    else:
        plural = last + "s"
    return head + blank + plural
