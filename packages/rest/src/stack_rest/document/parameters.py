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
_EMPTY = {"const": ""}
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
    schema = _tell_nothing(schemas.get_sent(parameter.type))
    listed = schema.get("type") == "array"
    if parameter.default is not msgspec.UNSET and not (listed and parameter.default is None):
        schema = {**schema, "default": msgspec.to_builtins(parameter.default)}
    written: dict[str, Any] = {"name": parameter.name, "in": parameter.where}
    if parameter.label:
        written["description"] = parameter.label
    written["required"] = parameter.required
    if listed and parameter.where == "query":
        written |= {"style": "form", "explode": parameter.many}
    written["schema"] = schema
    return written


def _tell_nothing(schema: dict[str, Any]) -> dict[str, Any]:
    """Return a schema in which null is as text can say it.

    A list is nothing where it is left out, and the empty text is where no text may stand.
    """
    several = schema.get("anyOf", [])
    if {"type": "null"} not in several:
        return schema
    lists = [each for each in several if each.get("type") == "array"]
    if lists:
        return lists[0] if len(several) == 2 else schema
    return schema if any(map(_is_text, several)) else {**schema, "anyOf": [*several, _EMPTY]}


def _is_text(schema: dict[str, Any]) -> bool:
    """Tell whether an empty text is a text here, and not nothing."""
    plain = schema.get("type") == "string" and not {"format", "enum"} & schema.keys()
    return plain and schema.get("pattern") != INTERVAL
