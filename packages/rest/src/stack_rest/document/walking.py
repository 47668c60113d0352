"""Going through schemas: those in a schema, and those that it refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

REF = "#/components/schemas/"
_ONE = ("items", "additionalProperties", "not", "propertyNames")
_SEVERAL = ("anyOf", "oneOf", "allOf", "prefixItems")

Schema = dict[str, Any]


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


def find_references(written: Any) -> set[str]:
    """Return the names of the components that anything written refers to."""
    if isinstance(written, list):
        return set().union(*map(find_references, written))
    if not isinstance(written, dict):
        return set()
    reference = written.get("$ref")
    own = {reference} if isinstance(reference, str) and reference.startswith(REF) else set()
    return {name.removeprefix(REF) for name in own}.union(*map(find_references, written.values()))


def follow(names: set[str], components: Mapping[str, Schema]) -> set[str]:
    """Return components and all that they refer to, however far."""
    reached: set[str] = set()
    waiting = set(names)
    while waiting:
        name = waiting.pop()
        reached.add(name)
        waiting |= find_references(components.get(name, {})) - reached
    return reached
