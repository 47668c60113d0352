"""What the docstring of a class says to readers of the document."""

from __future__ import annotations

import re
from typing import Any

from ..endpoint.docstring import find_labels, join_lines, strip_fields
from .walking import Schema, rebuild


def split_docstring(text: str) -> tuple[str, dict[str, str]]:
    """Return what a docstring says of its class, and of each ``:param``."""
    paragraphs = [join_lines(each) for each in re.split(r"\n\s*\n", strip_fields(text))]
    return "\n\n".join(paragraphs), find_labels(text)


def clean_schema(schema: Schema) -> Schema:
    """Return a schema whose docstrings are told where they belong."""
    made = rebuild(schema, clean_schema)
    if made.get("required") == []:
        del made["required"]
    if "description" in made:
        made["description"], fields = split_docstring(made["description"])
        for name, told in fields.items():
            _describe(made.get("properties", {}), name, told)
        if not made["description"]:
            del made["description"]
    return made


def _describe(properties: dict[str, Any], name: str, told: str) -> None:
    if name in properties and isinstance(properties[name], dict):
        properties[name] = {"description": told, **properties[name]}
