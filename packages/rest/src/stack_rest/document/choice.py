"""What a list of values is of, which msgspec leaves to the reader."""

from __future__ import annotations

from .walking import Schema, rebuild

_TYPES = {str: "string", int: "integer"}


def tell_type(schema: Schema) -> Schema:
    """Return a schema whose choices have a type, where all of them are of one.

    Without, pages show them as anything, and generators make no enumeration of them.
    """
    made = rebuild(schema, tell_type)
    if "enum" in made and "type" not in made:
        kinds = {type(each) for each in made["enum"]}
        if len(kinds) == 1 and (told := _TYPES.get(kinds.pop())):
            made["type"] = told
    return made
