"""Which seams a new extension has something for."""

from __future__ import annotations

from collections.abc import Sequence

from .._new.selection import NONE, read_words, refuse_word

SEAMS = ("db", "rest", "access")
"""Tables with their revisions; an introduction to REST; who may do what, by a token."""
DEFAULT = ("db", "rest")
CHOICES = (*SEAMS, NONE)


def select(given: Sequence[str]) -> tuple[str, ...]:
    """Return what was asked for by ``--with``, in the order of the seams.

    :raises RefusalError: a word is unknown, or ``none`` is not alone.
    """
    words = read_words(given, DEFAULT)
    for word in words:
        if word not in SEAMS:
            raise refuse_word(word, CHOICES)
    return tuple(seam for seam in SEAMS if seam in words)
