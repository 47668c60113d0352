"""Names of a document as TypeScript has them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

_IDENTIFIER = re.compile(r"[A-Za-z_$][A-Za-z0-9_$]*")
_TAKEN = frozenset(
    [
        "Answer",
        "ApiProblem",
        "Array",
        "AsyncGenerator",
        "AsyncIterable",
        "Blob",
        "BodyInit",
        "Call",
        "Client",
        "Error",
        "FormData",
        "Given",
        "Headers",
        "Item",
        "JSON",
        "LINES",
        "Lines",
        "Map",
        "NotModified",
        "Object",
        "Options",
        "Promise",
        "ReadableStream",
        "Record",
        "RequestCredentials",
        "RequestInit",
        "Response",
        "String",
        "Symbol",
        "Text",
        "TextDecoder",
        "URLSearchParams",
        "Uint8Array",
        "Wire",
        "AbortSignal",
    ]
)
"""What the rest of the file calls its own, or means of the platform."""


def name_type(name: str) -> str:
    """Return the name of a type: ``hat-page`` and ``hat_page`` become ``HatPage``."""
    parts = [part for part in re.split(r"[^A-Za-z0-9]+", name) if part]
    joined = "".join(part[:1].upper() + part[1:] for part in parts) or "Value"
    return f"_{joined}" if joined[0].isdigit() else joined


def name_function(name: str) -> str:
    """Return the name of a function: ``hat.list`` becomes ``hatList``."""
    made = name_type(name)
    return made[:1].lower() + made[1:]


def name_all(names: Iterable[str], taken: Iterable[str] = ()) -> dict[str, str]:
    """Return the types' names by those of the document; no two are the same.

    :param taken: names that are others' already.
    """
    used = {*_TAKEN, *taken}
    found: dict[str, str] = {}
    for name in names:
        first = made = name_type(name)
        number = 2
        while made in used:
            made, number = f"{first}{number}", number + 1
        used.add(made)
        found[name] = made
    return found


def name_property(name: str) -> str:
    """Return a property's name, in quotes where it needs them."""
    return name if _IDENTIFIER.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def write_comment(lines: Iterable[str], indent: str = "") -> str:
    """Return a comment for whoever calls; empty without a text."""
    told = [line.rstrip() for text in lines for line in text.replace("*/", "*\\/").splitlines()]
    if not any(told):
        return ""
    if len(told) == 1:
        return f"{indent}/** {told[0]} */\n"
    inner = "".join(f"{indent} * {line}".rstrip() + "\n" for line in told)
    return f"{indent}/**\n{inner}{indent} */\n"
