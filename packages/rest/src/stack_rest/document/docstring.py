"""What the docstring of a class says to readers of the document."""

from __future__ import annotations

import re
from inspect import cleandoc
from typing import Any

from .walking import Schema, rebuild

_FIELD = re.compile(r"^:(\w+)(?: (\w+))?:[ ]?((?:.*)(?:\n[ ]+.*)*)", re.MULTILINE)


def split_docstring(text: str) -> tuple[str, dict[str, str]]:
    """Return what a docstring says of its class, and of each ``:param``."""
    clean = cleandoc(text)
    found = {each[2]: _join(each[3]) for each in _FIELD.finditer(clean) if each[1] == "param"}
    first = _FIELD.search(clean)
    told = clean[: first.start()] if first else clean
    paragraphs = [_join(each) for each in re.split(r"\n\s*\n", told.strip())]
    return "\n\n".join(paragraphs), found


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


def _join(text: str) -> str:
    return " ".join(text.split()).replace("``", "`")
