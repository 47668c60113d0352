"""Text that survives as one segment of an address, whoever decodes it on the way."""

from __future__ import annotations

import re

_PLAIN = re.compile(r"[A-Za-z0-9_@-][A-Za-z0-9_@.-]*|\.+[A-Za-z0-9_@-][A-Za-z0-9_@.-]*")
_KEPT = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_@-.")
_ESCAPE = re.compile(rb"~([0-9A-F]{2})")


def escape(text: str) -> str:
    """Return text in ASCII without anything that a server or client gives a meaning.

    A byte of UTF-8 is ``~2F`` and the empty text ``~``: percent signs would be
    undone before an address is routed. Dots alone are escaped too, because
    clients take ``..`` for a way.
    """
    if _PLAIN.fullmatch(text):
        return text
    if not text:
        return "~"
    kept = _KEPT if text.strip(".") else frozenset[int]()
    return "".join(chr(byte) if byte in kept else f"~{byte:02X}" for byte in text.encode())


def unescape(text: str) -> str:
    """Return what was escaped.

    :raises ValueError: nothing is escaped to this text.
    """
    if _PLAIN.fullmatch(text):
        return text
    found = b"" if text == "~" else _ESCAPE.sub(_unescape_one, text.encode("ascii"))
    back = found.decode()
    if escape(back) != text:
        raise ValueError(f"{text!r} is no escaped text.")
    return back


def _unescape_one(match: re.Match[bytes]) -> bytes:
    return bytes([int(match[1], 16)])
