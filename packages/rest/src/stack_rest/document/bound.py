"""What JSON Schema allows and is not read here: numbers beyond 64 bits, and NUL in text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from stack_core.number import LEAST, MOST

NO_NUL = r"^[^\u0000]*$"
DECIMAL = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
REF = "#/components/schemas/"
_TELLS = frozenset({"pattern", "format", "enum", "const", "contentEncoding", "contentMediaType"})
"""With one of them a text says itself which characters it has."""
_SAYS = frozenset({"type", "enum", "const", "$ref", "anyOf", "oneOf", "allOf", "not"})
ANY = "AnyJson"
"""The component that stands where anything may be sent."""
_ONE = ("items", "additionalProperties", "not", "propertyNames")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")

Schema = dict[str, Any]


def bound(schema: Schema) -> Schema:
    """Return a schema that allows no more than what is read, those that it refers to left out."""
    made = rebuild(schema, bound)
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
    if "string" in kinds and not _TELLS & made.keys():
        made["pattern"] = NO_NUL
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


def rebuild(schema: Schema, change: Callable[[Schema], Schema]) -> Schema:
    """Return a copy of a schema with every schema in it changed, but not itself."""
    made = dict(schema)
    for name in _ONE:
        if isinstance(made.get(name), dict):
            made[name] = change(made[name])
    for name in _SEVERAL:
        if name in made:
            made[name] = [change(each) for each in made[name]]
    for name in ("properties", "patternProperties", "$defs"):
        if name in made:
            made[name] = {key: change(each) for key, each in made[name].items()}
    return made


def find_references(schema: Any) -> set[str]:
    """Return the names of the components that a schema refers to."""
    found: set[str] = set()

    def look(each: Schema) -> Schema:
        reference = each.get("$ref", "")
        if isinstance(reference, str) and reference.startswith(REF):
            found.add(reference.removeprefix(REF))
        return rebuild(each, look)

    look(schema)
    return found


def find_named(written: Any) -> set[str]:
    """Return the names of the components that anything written refers to."""
    if isinstance(written, list):
        return set().union(*map(find_named, written))
    if not isinstance(written, dict):
        return set()
    reference = written.get("$ref")
    own = {reference} if isinstance(reference, str) and reference.startswith(REF) else set()
    return {name.removeprefix(REF) for name in own}.union(*map(find_named, written.values()))


def follow(names: set[str], components: Mapping[str, Schema]) -> set[str]:
    """Return components and all that they refer to, however far."""
    reached: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= find_references(components.get(name, {})) - reached
    return reached
