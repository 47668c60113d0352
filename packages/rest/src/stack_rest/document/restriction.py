"""What JSON Schema allows and is not read here: numbers beyond 64 bits, and NUL in text."""

from __future__ import annotations

from stack_core.number import LEAST, MOST

from .walking import REF, Schema, rebuild

NO_NUL = r"^[^\u0000]*$"
DECIMAL = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
BASE64 = r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"
_SECONDS = r"[0-9]{1,9}(\.[0-9]{1,6})?S"
_TIME = rf"T([0-9]{{1,6}}H([0-9]{{1,6}}M)?({_SECONDS})?|[0-9]{{1,6}}M({_SECONDS})?|{_SECONDS})"
INTERVAL = rf"^-?P([0-5]?[0-9]{{1,5}}D({_TIME})?|{_TIME})$"
_TELLS = frozenset({"pattern", "format", "enum", "const", "contentEncoding", "contentMediaType"})
"""With one of them a text says itself which characters it has."""
_SAYS = frozenset({"type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "not"})
ANY = "AnyJson"
"""The component that stands where anything may be sent."""


def restrict(schema: Schema) -> Schema:
    """Return a schema that allows no more than what is read, those that it refers to left out."""
    made = rebuild(schema, restrict)
    kind = made.get("type")
    kinds = {kind} if isinstance(kind, str) else set(kind or ())
    if "integer" in kinds and not {"enum", "const"} & made.keys():
        if "exclusiveMinimum" not in made:
            made.setdefault("minimum", LEAST)
        if "exclusiveMaximum" not in made:
            made.setdefault("maximum", MOST)
    if not _SAYS & made.keys():
        made["$ref"] = REF + ANY
    if "object" in kinds and "properties" not in made:
        made.setdefault("additionalProperties", {"$ref": REF + ANY})
        made.setdefault("propertyNames", {"type": "string", "pattern": NO_NUL})
    if "object" in kinds and "properties" in made:
        made.setdefault("additionalProperties", False)  # unknown names are refused everywhere
    if "array" in kinds and not {"items", "prefixItems"} & made.keys():
        made["items"] = {"$ref": REF + ANY}
    if made.get("format") == "decimal":
        made.setdefault("pattern", DECIMAL)
    if made.get("contentEncoding") == "base64":
        made.setdefault("pattern", BASE64)
    if "string" in kinds and not _TELLS & made.keys():
        made["pattern"] = NO_NUL
    return made


def tell_intervals(schema: Schema) -> Schema:
    """Return a schema that tells of durations as they are written here.

    The format ``duration`` has years and weeks, which are not read, and nothing negative.
    """
    made = rebuild(schema, tell_intervals)
    if made.get("format") == "duration":
        del made["format"]
        made["pattern"] = INTERVAL
    return made


def describe_any() -> Schema:
    """Return what may be sent where a type says nothing."""
    own = {"$ref": REF + ANY}
    return {
        "title": ANY,
        "description": "Any JSON whose numbers have 64 bits and whose text has no NUL.",
        "anyOf": [
            {"type": "null"},
            {"type": "boolean"},
            {"type": "number", "minimum": LEAST, "maximum": MOST},
            {"type": "string", "pattern": NO_NUL},
            {"type": "array", "items": own},
            {
                "type": "object",
                "propertyNames": {"type": "string", "pattern": NO_NUL},
                "additionalProperties": own,
            },
        ],
    }
