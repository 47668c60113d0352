"""Schemas as types of TypeScript."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ..document.walking import REF
from .naming import name_property, write_comment

_PLAIN = {
    "string": "string",
    "integer": "number",
    "number": "number",
    "boolean": "boolean",
    "null": "null",
}
_JOINTS = {"anyOf": " | ", "oneOf": " | ", "allOf": " & "}
Schema = Mapping[str, Any]


class TypeText:
    """Writes types.

    :param names: of the types, by those of the schemas that they are made of.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names

    def declare(self, name: str, schema: Schema) -> str:
        """Return the declaration of a type with a name."""
        comment = write_comment([schema.get("description", "")])
        if _is_shape(schema):
            return f"{comment}export interface {self._names[name]} {self.write(schema)}\n"
        return f"{comment}export type {self._names[name]} = {self.write(schema)};\n"

    def write(self, schema: Any, indent: str = "") -> str:
        """Return a type where it is used.

        :param indent: of the line that it begins on.
        """
        if not isinstance(schema, Mapping) or not schema:
            return "never" if schema is False else "unknown"
        if "$ref" in schema:
            return self._names[schema["$ref"].removeprefix(REF)]
        for word, joint in _JOINTS.items():
            # Beside properties they say which of them stand together, which is no type.
            if word in schema and "properties" not in schema:
                return _join([self.write(each, indent) for each in schema[word]], joint)
        if "const" in schema:
            return _write_literal(schema["const"])
        if "enum" in schema:
            return _join([_write_literal(each) for each in schema["enum"]], " | ")
        return self._write_kinds(schema, indent)

    def _write_kinds(self, schema: Schema, indent: str) -> str:
        kinds = schema.get("type", "object" if "properties" in schema else None)
        several = [kinds] if isinstance(kinds, str) else kinds or []
        made = [self._write_kind(kind, schema, indent) for kind in several]
        return _join(made, " | ") if made else "unknown"

    def _write_kind(self, kind: str, schema: Schema, indent: str) -> str:
        if kind == "string" and "contentMediaType" in schema:
            return "Blob"
        if kind == "array":
            return self._write_list(schema, indent)
        if kind == "object":
            return self._write_object(schema, indent)
        return _PLAIN[kind]

    def _write_list(self, schema: Schema, indent: str) -> str:
        first = [self.write(each, indent) for each in schema.get("prefixItems", ())]
        if first:
            return f"[{', '.join(first)}]"
        inner = self.write(schema.get("items", {}), indent)
        return f"({inner})[]" if set(inner) & set("|&") else f"{inner}[]"

    def _write_object(self, schema: Schema, indent: str) -> str:
        if not schema.get("properties"):
            rest = schema.get("additionalProperties", {})
            return f"Record<string, {self.write(rest, indent)}>"
        return "{\n" + "".join(self._write_properties(schema, f"{indent}  ")) + indent + "}"

    def _write_properties(self, schema: Schema, indent: str) -> Iterator[str]:
        required = schema.get("required", ())
        for name, each in schema["properties"].items():
            if isinstance(each, Mapping):
                yield write_comment([each.get("description", "")], indent)
            mark = "" if name in required else "?"
            yield f"{indent}{name_property(name)}{mark}: {self.write(each, indent)};\n"


def _is_shape(schema: Schema) -> bool:
    """Tell whether a schema is that of an object and nothing else."""
    return (
        schema.get("type") == "object"
        and bool(schema.get("properties"))
        and not {"enum", "const"} & schema.keys()
    )


def _join(parts: list[str], joint: str) -> str:
    several = list(dict.fromkeys(parts))
    if joint == " & ":
        several = [f"({each})" if "|" in each else each for each in several]
    if "string" in several and any('"' in each for each in several):
        # Otherwise editors would forget the values that are known.
        several = ["(string & {})" if each == "string" else each for each in several]
    return joint.join(several)


def _write_literal(value: Any) -> str:
    if isinstance(value, dict | list):
        return "unknown"
    return json.dumps(value, ensure_ascii=False)
