"""Headers of answers, described once and referred to."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ..http.idempotency import REPLAYED
from ..http.limit import POLICY, STATE

_KNOWN = {
    "ETag": "The version of what is answered; send it as If-Match or If-None-Match.",
    "Link": "Where the other pages are, as RFC 8288 has it.",
    "Location": "Where it is now.",
    "Last-Modified": "When it was changed last.",
    "Retry-After": "After how many seconds to try again.",
    STATE: "How many calls are left, and for how long.",
    POLICY: "How many calls there may be in how many seconds.",
    "WWW-Authenticate": "How to show who one is.",
    "Content-Disposition": "Under which name to keep it.",
    REPLAYED: "Whether this is what the same key was answered before.",
}
_WHOLE = frozenset({"Retry-After"})


def refer_headers(names: Iterable[str]) -> dict[str, Any]:
    """Return references to headers, sorted by name."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in sorted(set(names))}


def write_headers(names: Iterable[str]) -> dict[str, Any]:
    """Return the headers that are referred to, sorted by name."""
    return {name: _write(name) for name in sorted(set(names))}


def _write(name: str) -> dict[str, Any]:
    kind = {"type": "integer", "minimum": 0} if name in _WHOLE else {"type": "string"}
    return {"description": _KNOWN.get(name, f"The header {name}."), "schema": kind}
