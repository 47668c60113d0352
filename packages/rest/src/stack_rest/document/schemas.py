"""The schemas of every type that operations read and answer, made at once."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import Enum
from typing import Any

import msgspec

from stack_core import SetupError

from .choice import tell_type
from .docstring import clean_schema
from .restriction import ANY, describe_any, restrict, tell_intervals
from .walking import REF, Schema, find_references, follow, rebuild

_TEMPLATE = REF + "{name}"


class Schemas:
    """The schemas of one document.

    :param sent: types of what clients send.
    :param answered: types of what they are answered.
    :raises SetupError: msgspec cannot describe one of them.
    """

    def __init__(self, sent: Iterable[Any], answered: Iterable[Any]) -> None:
        self._sent = list(sent)
        self._types = [*self._sent, *answered]  # kept, so that no two have the same id
        self._foreign: dict[str, Schema] = {}
        made, components = self._describe()
        made = tuple(map(tell_type, made))
        if twice := components.keys() & self._foreign.keys():
            raise _refuse_twins(min(twice))
        components = {**components, **self._foreign}
        made = tuple(map(tell_intervals, made))
        components = {
            name: tell_intervals(tell_type(clean_schema(each)))
            for name, each in components.items()
        }
        references = set().union(*map(find_references, made[: len(self._sent)]))
        limited = follow(references, components)
        self.components: dict[str, Schema] = {
            name: restrict(each) if name in limited else each
            for name, each in sorted(components.items())
        }
        """By their names, sorted."""
        self.components[ANY] = describe_any()
        self._made = {id(cls): each for cls, each in zip(self._types, made, strict=True)}

    def get(self, cls: Any) -> Schema:
        """Return the schema of a type that is answered."""
        return self._made[id(cls)]

    def get_sent(self, cls: Any) -> Schema:
        """Return the schema of a type that is sent."""
        return restrict(self._made[id(cls)])

    def get_parts(self, cls: Any) -> Schema:
        """Return the schema of a form of several parts, in which bytes are a file."""
        schema = self.get_sent(cls)
        (name,) = find_references(schema) or {""}
        return _write_files(self.components.get(name, schema))

    def pick(self, names: set[str]) -> dict[str, Schema]:
        """Return the components of these names, and those that they refer to."""
        reached = follow(names & self.components.keys(), self.components)
        return {name: each for name, each in self.components.items() if name in reached}

    def _describe(self) -> tuple[tuple[Schema, ...], dict[str, Schema]]:
        try:
            return msgspec.json.schema_components(
                self._types, schema_hook=self._describe_foreign, ref_template=_TEMPLATE
            )
        except (TypeError, KeyError) as error:
            raise SetupError(
                f"The types of the interface cannot be described ({error}). Use types that"
                " msgspec knows, and give no two classes of a module the same name."
            ) from None

    def _describe_foreign(self, cls: Any) -> Schema:
        """Return the schema of a type that msgspec does not know: pydantic's, or anything."""
        pydantic = sys.modules.get("pydantic")
        if pydantic is not None and issubclass(cls, pydantic.BaseModel):
            whole = cls.model_json_schema(ref_template=REF + "{model}")
            for name, each in {**whole.pop("$defs", {}), cls.__name__: whole}.items():
                if self._foreign.setdefault(name, each) != each:
                    raise _refuse_twins(name)
            return {"$ref": REF + cls.__name__}
        if isinstance(cls, type) and issubclass(cls, Enum):
            return {"title": cls.__name__, "enum": sorted(cls.__members__)}
        return {}


def _refuse_twins(name: str) -> SetupError:
    return SetupError(
        f"The document would have two schemas called {name!r}. Give one of the classes another"
        " name."
    )


def _write_files(schema: Schema) -> Schema:
    if schema.get("contentEncoding") == "base64":
        kept: Schema = {key: schema[key] for key in ("title", "description") if key in schema}
        return {
            **kept,
            "type": "string",
            "format": "binary",
            "contentMediaType": "application/octet-stream",
        }
    return rebuild(schema, _write_files)
