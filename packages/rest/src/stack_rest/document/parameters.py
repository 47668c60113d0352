"""What stands in an address or a header, as OpenAPI writes it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from ..http.idempotency import HEADER, LONGEST
from ..operation.operation import Contract, Parameter
from .restriction import INTERVAL, restrict
from .route import Route
from .schemas import Schemas

_NOT_PARAMETERS = frozenset({"accept", "content-type", "authorization"})
"""Headers that OpenAPI has other words for."""
_KEY = {
    "name": HEADER,
    "in": "header",
    "description": "Makes it safe to send this again: the same key is answered the same.",
    "required": False,
    "schema": {
        "type": "string",
        "minLength": 1,
        "maxLength": LONGEST,
        "pattern": "^[A-Za-z0-9!#$%&'*+.^_`|~:/=-]+$",
    },
}


def write_parameters(route: Route, contract: Contract, schemas: Schemas) -> list[dict[str, Any]]:
    """Return the parameters of an operation: those of its path first."""
    named = {each.name: each for each in contract.parameters if each.where == "path"}
    found = [_write_place(place, route, named.get(place), schemas) for place in route.places]
    found += [
        _write(each, schemas)
        for each in contract.parameters
        if each.where != "path" and _is_parameter(each)
    ]
    if route.operation.keyed and not any(each["name"] == HEADER for each in found):
        found.append(dict(_KEY))
    return found


def list_types(contract: Contract) -> Iterator[Any]:
    """Yield the types of an operation's parameters."""
    for parameter in contract.parameters:
        yield parameter.type


def _is_parameter(parameter: Parameter) -> bool:
    return parameter.where != "header" or parameter.name.lower() not in _NOT_PARAMETERS


def _write_place(
    place: str, route: Route, named: Parameter | None, schemas: Schemas
) -> dict[str, Any]:
    schema = route.places[place]
    label = named.label if named is not None else ""
    if named is not None:
        own = schemas.get(named.type)
        # The address says what cannot stand in it, the type what it means.
        schema = {**schema, **own} if own.get("type") == schema["type"] else own
    return {
        "name": place,
        "in": "path",
        "description": label or f"Which '{place}'.",
        "required": True,
        "schema": restrict(schema),
    }


def _write(parameter: Parameter, schemas: Schemas) -> dict[str, Any]:
    schema = _tell_empty(schemas.get_sent(parameter.type))
    if parameter.default is not msgspec.UNSET:
        schema = {**schema, "default": msgspec.to_builtins(parameter.default)}
    written: dict[str, Any] = {"name": parameter.name, "in": parameter.where}
    if parameter.label:
        written["description"] = parameter.label
    written["required"] = parameter.required
    if schema.get("type") == "array" and parameter.where == "query":
        written |= {"style": "form", "explode": parameter.many}
    written["schema"] = schema
    return written


def _tell_empty(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema with the empty text, which says nothing where no text may stand."""
    several = schema.get("anyOf", [])
    if {"type": "null"} not in several or any(map(_takes_empty, several)):
        return schema
    return {**schema, "anyOf": [*several, {"const": ""}]}


def _takes_empty(schema: dict[str, Any]) -> bool:
    """Tell whether an empty text is a text, or a list's item, and not nothing."""
    plain = schema.get("type") == "string" and not {"format", "enum"} & schema.keys()
    return schema.get("type") == "array" or (plain and schema.get("pattern") != INTERVAL)
