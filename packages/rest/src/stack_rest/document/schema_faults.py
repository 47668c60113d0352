"""What is wrong with the schemas of a document, as far as the standard library can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from .document import Document

Fault = tuple[str, str]
_KINDS = frozenset({"null", "boolean", "object", "array", "number", "string", "integer"})
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")
_ONE = ("items", "additionalProperties", "not", "propertyNames", "contains", "if", "then", "else")
_NAMED = ("properties", "patternProperties", "$defs", "dependentSchemas")
_COUNTS = ("minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties")
_NUMBERS = ("minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf")
_PAIRS = (
    ("minimum", "maximum"),
    ("minLength", "maxLength"),
    ("minItems", "maxItems"),
    ("minProperties", "maxProperties"),
)


def find_faults(document: Document) -> Iterator[Fault]:
    """Yield where in a document a reference leads nowhere or a schema is none, and why."""
    yield from _find_lost(document, document, "#")
    for where, schema in find_schemas(document, "#"):
        yield from _judge(schema, where)


def find_schemas(value: Any, where: str) -> Iterator[tuple[str, Any]]:
    """Yield every schema of a document with its place, those within it left out."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from find_schemas(each, f"{where}/{number}")
    if not isinstance(value, dict):
        return
    for name, each in value.items():
        place = f"{where}/{escape(name)}"
        if name == "schema":
            yield place, each
        elif name == "schemas" and where == "#/components":
            yield from ((f"{place}/{escape(key)}", schema) for key, schema in each.items())
        else:
            yield from find_schemas(each, place)


def escape(name: str) -> str:
    """Return a name as a JSON pointer has it."""
    return name.replace("~", "~0").replace("/", "~1")


def find_target(document: Document, reference: str) -> Any:
    """Return what a reference within a document leads to.

    :raises LookupError: it leads nowhere.
    """
    found: Any = document
    for name in reference.removeprefix("#").split("/")[1:]:
        found = found[name.replace("~1", "/").replace("~0", "~")]
    return found


def _find_lost(document: Document, value: Any, where: str) -> Iterator[Fault]:
    if isinstance(value, list):
        for number, each in enumerate(value):
            yield from _find_lost(document, each, f"{where}/{number}")
    if not isinstance(value, dict):
        return
    reference = value.get("$ref")
    if isinstance(reference, str):
        try:
            find_target(document, reference)
        except (LookupError, TypeError):
            yield where, f"{reference!r} leads nowhere"
    for name, each in value.items():
        yield from _find_lost(document, each, f"{where}/{escape(name)}")


def _judge(schema: Any, where: str) -> Iterator[Fault]:
    """Yield what the rules of JSON Schema 2020-12 refuse."""
    if isinstance(schema, bool):
        return
    if not isinstance(schema, dict):
        yield where, "a schema is an object, or true or false"
        return
    yield from ((where, fault) for fault in _judge_words(schema))
    for name in _ONE:
        if name in schema:
            yield from _judge(schema[name], f"{where}/{name}")
    for name in _SEVERAL:
        for number, each in enumerate(schema.get(name, ())):
            yield from _judge(each, f"{where}/{name}/{number}")
    for name in _NAMED:
        for key, each in schema.get(name, {}).items():
            yield from _judge(each, f"{where}/{name}/{escape(key)}")


def _judge_words(schema: dict[str, Any]) -> Iterator[str]:
    kinds = schema.get("type", [])
    unknown = {kinds} - _KINDS if isinstance(kinds, str) else set(kinds) - _KINDS
    if unknown:
        yield f"{', '.join(map(repr, sorted(unknown)))} is no type"
    if "enum" in schema and not (isinstance(schema["enum"], list) and schema["enum"]):
        yield "'enum' is no list of values"
    if len(set(schema.get("required", ()))) < len(schema.get("required", ())):
        yield "'required' names a property twice"
    for name in (name for name in _COUNTS if name in schema):
        if not _is_count(schema[name]):
            yield f"{name!r} is no count"
    for name in (name for name in _NUMBERS if name in schema):
        if isinstance(schema[name], bool) or not isinstance(schema[name], int | float):
            yield f"{name!r} is no number"
    for least, most in _PAIRS:
        if least in schema and most in schema and schema[least] > schema[most]:
            yield f"{least!r} is more than {most!r}, so that nothing fits"
    try:
        re.compile(schema.get("pattern", ""))
    except re.error:
        yield f"{schema['pattern']!r} is no regular expression"


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
