"""Where operations are on an application, as its own map of addresses has them."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

import msgspec
from flask import Flask
from werkzeug.routing import Rule

from ..endpoint.view import find_operations as view_operations
from ..operation.gate import Gate
from ..operation.operation import Operation

_PLACE = re.compile(r"<(?:[^<>:]*(?:\([^)]*\))?:)?([A-Za-z_][A-Za-z0-9_]*)>")
_METHODS_ADDED = frozenset({"HEAD", "OPTIONS"})


class Route(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One operation at one address.

    :param name: unique: that of its operation, numbered where it has several addresses.
    :param path: with the prefix, its places in braces.
    :param places: the schema of what each place takes, by name.
    """

    name: str
    path: str
    method: str
    operation: Operation
    places: Mapping[str, dict[str, Any]]


def find_routes(app: Flask) -> list[Route]:
    """Return every operation that an application serves, by path, the methods in their order."""
    found: list[Route] = []
    seen: dict[str, int] = {}
    for rule in app.url_map.iter_rules():
        if rule.redirect_to or rule.alias:
            continue
        for operation in operations_at(app, rule):
            number = seen[operation.name] = seen.get(operation.name, 0) + 1
            name = operation.name if number == 1 else f"{operation.name}_{number}"
            found.append(_make_route(rule, operation, name))
    return sorted(found, key=lambda each: (each.path, _order(each.method)))


def _make_route(rule: Rule, operation: Operation, name: str) -> Route:
    return Route(
        name=name,
        path=write_path(rule.rule),
        method=operation.method,
        operation=operation,
        places={place: describe_place(rule, place) for place in find_places(rule.rule)},
    )


def operations_at(app: Flask, rule: Rule) -> list[Operation]:
    """Return the operations behind a rule; none: it is a view of another kind."""
    view = app.view_functions.get(rule.endpoint)
    found = inspect.unwrap(view) if view is not None else None
    if isinstance(found, Gate):
        return [found.operation]
    return list(view_operations(app, rule))


def find_tag(route: Route, prefix: str) -> str:
    """Return under which word an operation is listed: its own, or the first of its path."""
    path = route.path.removeprefix(prefix) if route.path.startswith(f"{prefix}/") else route.path
    words = [each for each in path.split("/") if each and "{" not in each]
    return route.operation.tag or (words[0] if words else "/")


def list_methods(rule: Rule) -> list[str]:
    """Return the methods of a rule, sorted, without those that Flask adds."""
    return sorted((rule.methods or set()) - _METHODS_ADDED)


def write_path(rule: str) -> str:
    """Return a rule of Flask's as OpenAPI writes it."""
    return _PLACE.sub(r"{\1}", rule)


def find_places(rule: str) -> list[str]:
    """Return the names of a rule's places, in their order."""
    return _PLACE.findall(rule)


def describe_place(rule: Rule, place: str) -> dict[str, Any]:
    """Return the schema of what the converter of a place takes."""
    converter: Any = rule._converters.get(place)
    kind = type(converter).__name__
    if kind == "IntegerConverter":
        return {"type": "integer", **_bounds(converter)}
    if kind == "FloatConverter":
        return {"type": "number", **_bounds(converter)}
    if kind == "UUIDConverter":
        return {"type": "string", "format": "uuid"}
    if kind == "AnyConverter":
        return {"type": "string", "enum": sorted(converter.items)}
    if kind == "PathConverter":
        return {"type": "string", "minLength": 1}
    times = converter.regex.removeprefix("[^/]") if kind == "UnicodeConverter" else "{1,}"
    return {"type": "string", "pattern": rf"^[^/\u0000]{times}$".replace("{1,}", "+")}


def _bounds(converter: Any) -> dict[str, Any]:
    least = converter.min if converter.min is not None else None if converter.signed else 0
    found = {"minimum": least, "maximum": converter.max}
    return {name: value for name, value in found.items() if value is not None}


def _order(method: str) -> int:
    known = ("GET", "PUT", "POST", "DELETE", "PATCH")
    return known.index(method) if method in known else len(known)
