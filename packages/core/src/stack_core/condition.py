"""Filters from outside: every path, operator and value checked before a store sees them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import ValidationError

from .conversion import convert_operand
from .description import Description
from .document import check_text
from .filter import OPERATORS, All, AnyOf, Filter, Is, Not, Rule, Some
from .path import Path, convert_key
from .problem import BadQuery

MOST_PARTS = 100
DEEPEST = 10
OF_SOME = 3
"""How many levels a :class:`Some` counts for: SQLite reads no statement that is nested deeper."""
MOST_VALUES = 1000
LONGEST_TEXT = 1000
MOST_WORDS = 30
ORDERED = frozenset(
    {"text", "integer", "decimal", "float", "date", "time", "datetime", "interval"}
)
"""Types of which every database and Python know the same order, save for that of text."""

Look = Callable[[Description, object, bool], Path]
"""Finds a path that the asker may read: of a description, its text, whether it is to-many."""


class Conditions:
    """Checks one tree of conditions and converts its values.

    :param look: finds paths; it raises what an unknown one is refused with.
    """

    def __init__(self, look: Look) -> None:
        self._look = look
        self._parts = 0

    def check(self, part: Filter, description: Description, depth: int = 1) -> Filter:
        """Return the same tree with values of the fields' own types.

        :raises BadQuery: something in it cannot be asked for.
        """
        self._parts += 1
        if self._parts > MOST_PARTS or depth > DEEPEST:
            raise BadQuery(
                f"A filter has at most {MOST_PARTS} parts in {DEEPEST} levels, of which each"
                f" 'some' takes {OF_SOME}. Ask for less."
            )
        match part:
            case Is():
                return self._check_comparison(part, description)
            case All(inner):
                return All(self._check_parts(inner, description, depth))
            case AnyOf(inner):
                return AnyOf(self._check_parts(inner, description, depth))
            case Not(one):
                return Not(self.check(one, description, depth + 1))
            case Some(text, one):
                path = self._look(description, text, True)
                return Some(text, self.check(one, path.description, depth + OF_SOME))
            case Rule():
                return _check_rule(part, description)
        raise BadQuery(f"{show(part)} is no part of a filter. Use those of 'stack_core.filter'.")

    def _check_parts(self, inner: Any, description: Description, depth: int) -> tuple[Filter, ...]:
        if not isinstance(inner, list | tuple):
            raise BadQuery(f"{show(inner)} are no parts of a filter. Give a tuple.")
        return tuple(self.check(each, description, depth + 1) for each in inner)

    def _check_comparison(self, part: Is, description: Description) -> Is:
        path = self._look(description, part.path, False)
        if path.fields and not path.fields[-1].filter:
            raise refuse_path(part.path)
        if part.op not in OPERATORS:
            known = ", ".join(OPERATORS)
            raise BadQuery(f"{show(part.op)} is no operator. Use one of {known}.")
        if not _suits(path, part.op):
            raise BadQuery(f"{show(part.path)} cannot be compared with {part.op!r}. Use another.")
        return Is(part.path, part.op, _convert(path, part.op, part.value))


def convert_value(path: Path, value: Any) -> Any:
    """Return a value as that of what is at the end of a path.

    :raises BadQuery: it is not one.
    """
    _check_length(path, value)
    try:
        if path.field is None:
            return convert_key(path.description, value)
        return convert_operand(path.field, value, text=isinstance(value, str))
    except ValidationError as error:
        raise BadQuery(f"{show(path.text)} is compared with {show(value)}. {error}") from None
    except (ValueError, LookupError):
        raise BadQuery(f"{show(value)} is no key for {show(path.text)}. Give one.") from None


def refuse_path(text: object) -> BadQuery:
    """Return the refusal of a path, the same whatever is wrong with it (S54)."""
    return BadQuery(f"There is no {show(text)} to ask for here. Look at what there is.")


def show(value: object) -> str:
    """Return what was typed, shortened."""
    shown = repr(value if not isinstance(value, str) else value[:100])
    return shown if len(shown) <= 120 else shown[:117] + "..."


def _suits(path: Path, op: str) -> bool:
    """Tell whether an operator goes with what is at the end of a path."""
    if op == "null":
        return bool(path.fields)
    columns = path.columns
    if op in ("contains", "starts"):
        return path.field is not None and path.field.type == "text"
    if op in ("lt", "le", "gt", "ge"):
        return not _is_relation(path) and len(columns) == 1 and columns[0].type in ORDERED
    return columns[0].type != "json"


def _is_relation(path: Path) -> bool:
    return bool(path.fields) and path.field is None


def _convert(path: Path, op: str, value: Any) -> Any:
    if op == "null":
        if value not in (True, False, "true", "false"):
            raise BadQuery(f"'null' is compared with {show(value)}. Give True or False.")
        return value in (True, "true")
    if op == "in":
        if not isinstance(value, list | tuple | set | frozenset):
            raise BadQuery(f"'in' is compared with {show(value)}. Give a list.")
        if len(value) > MOST_VALUES:
            raise BadQuery(f"A list has at most {MOST_VALUES} values. Give fewer.")
        return [convert_value(path, each) for each in value]
    return convert_value(path, value)


def _check_length(path: Path, value: Any) -> None:
    if value is None:
        raise BadQuery(f"{show(path.text)} is compared with None. Use 'null' to ask for that.")
    if isinstance(value, str | bytes) and len(value) > LONGEST_TEXT:
        raise BadQuery(f"A value has at most {LONGEST_TEXT} characters. Give fewer.")


def _check_rule(part: Rule, description: Description) -> Rule:
    rule = next((each for each in description.rules if each.name == part.name), None)
    if rule is None or not rule.open:
        raise refuse_path(part.name)
    given: Any = part.values
    if not isinstance(given, list | tuple) or len(given) != len(rule.parameters):
        raise BadQuery(f"{rule.name!r} takes {len(rule.parameters)} values. Give as many.")
    found = []
    for parameter, value in zip(rule.parameters, given, strict=True):
        if isinstance(value, str) and len(value) > LONGEST_TEXT:
            raise BadQuery(f"A value has at most {LONGEST_TEXT} characters. Give fewer.")
        try:
            found.append(parameter.convert(value, text=isinstance(value, str)))
        except ValidationError as error:
            raise BadQuery(f"{parameter.name!r} of {rule.name!r} is wrong. {error}") from None
    return Rule(rule.name, tuple(found))


def check_search(text: Any) -> str:
    """Return text to look for.

    :raises BadQuery: it is none, or too much.
    """
    if not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise BadQuery(f"What is looked for has at most {LONGEST_TEXT} characters. Give less.")
    if len(text.split()) > MOST_WORDS:
        raise BadQuery(f"What is looked for has at most {MOST_WORDS} words. Give fewer.")
    try:
        return check_text(text)
    except ValidationError as error:
        raise BadQuery(f"{show(text)} cannot be looked for. {error}") from None
