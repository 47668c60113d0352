"""What a store in memory refuses: unknown paths, kinds without a scope, values it cannot keep."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from stack_core.description import Description, Field
from stack_core.filter import OPERATORS, All, AnyOf, Filter, Is, Not, Rule, Some
from stack_core.problem import BadQuery, FieldError, Invalid
from stack_core.query import Reach

from .schema import is_link


def check_paths(description: Description, paths: Iterable[str], reach: Reach) -> None:
    """Ask the reach for every kind that stands on a path.

    :raises LookupError: there is no such path, or a kind without a scope.
    """
    for path in paths:
        for field in description.trail(path.removeprefix("-")):
            if is_link(field):
                reach.of(field.relation)


def check_filter(description: Description, part: Filter, reach: Reach) -> None:
    """Check every path, operator and rule of a filter before a row is looked at.

    :raises LookupError: there is no such path or rule, or a kind without a scope.
    """
    match part:
        case Is(path, op):
            if op not in OPERATORS:
                raise BadQuery(f"{op!r} is no operator. Use one of {', '.join(OPERATORS)}.")
            check_paths(description, [path], reach)
        case All(inner) | AnyOf(inner):
            for each in inner:
                check_filter(description, each, reach)
        case Not(one):
            check_filter(description, one, reach)
        case Some(path, one):
            check_filter(_far_end(description, path, reach), one, reach)
        case Rule(name):
            if name not in {rule.name for rule in description.rules}:
                raise LookupError(f"{name!r} is no rule of {description.kind!r}.")


def find_many(description: Description, name: str, reach: Reach) -> Field:
    """Return the field of a to-many relation, having asked the reach for what it leads to.

    :raises LookupError: there is none, or its kind has no scope.
    """
    field = description.by_name.get(name)
    if field is None or not field.many:
        raise LookupError(f"{name!r} is no to-many relation of {description.kind!r}.")
    reach.of(field.relation)
    return field


def check_values(
    description: Description, values: Mapping[str, Any], whole: Mapping[str, Any]
) -> None:
    """Refuse values that no database would keep either.

    :param whole: the row with the values in it.
    :raises Invalid: it names all of them.
    """
    errors = [
        FieldError((name,), f"There is no field {name!r}.", "unknown")
        for name in values
        if name not in description.by_name
    ]
    errors += [
        error for field in description.fields for error in _faults(field, whole.get(field.name))
    ]
    if errors:
        raise Invalid("Some of these values cannot be kept. Correct them.", errors=errors)


def _faults(field: Field, value: Any) -> Iterator[FieldError]:
    if value is None or value is msgspec.UNSET:
        if not field.nullable and not field.many:
            yield FieldError((field.name,), "It is required.", "required")
    elif field.max_length is not None and field.type == "text" and len(value) > field.max_length:
        message = f"It is too long: {field.max_length} characters are the most."
        yield FieldError((field.name,), message)
    elif field.type == "enum" and all(value != choice.value for choice in field.choices):
        yield FieldError((field.name,), "It is none of the choices.")


def _far_end(description: Description, path: str, reach: Reach) -> Description:
    """Return the description of what a to-many relation leads to."""
    way, _, name = path.rpartition(".")
    check_paths(description, [way], reach)
    for field in description.trail(way):
        description = description.related(field.name)
    find_many(description, name, reach)
    return description.related(name)
