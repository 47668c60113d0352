"""Text of strangers, made fit to be printed: it moves no cursor, and has an end."""

from __future__ import annotations

import unicodedata

LONGEST = 300

#: Control and format characters, lone surrogates, and what separates lines or paragraphs.
_UNSAFE = {"Cc", "Cf", "Cs", "Zl", "Zp"}


def show(text: object, longest: int = LONGEST) -> str:
    """Return text for one line of a terminal.

    What would steer the terminal, or reorder what is beside it, is written as its number; what
    is too long ends in ``…``.

    :param longest: the most characters of the text that are kept.
    """
    raw = str(text)
    kept = raw if len(raw) <= longest else raw[: longest - 1] + "…"
    if kept.isascii() and kept.isprintable():
        return kept
    return "".join(_escape(character) for character in kept)


def _escape(character: str) -> str:
    if character in "\n\t":
        return " "
    if unicodedata.category(character) in _UNSAFE:
        number = ord(character)
        return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"
    return character
