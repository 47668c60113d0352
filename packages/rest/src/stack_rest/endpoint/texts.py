"""Values that stand in a request as text, read together so that all errors are told at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal

import msgspec
from flask import request
from msgspec import UNSET, ValidationError

from stack_core.draft import NEEDED
from stack_core.problem import FieldError

from ..http.query import read_query
from ..shape.node import MOST_FAULTS, shorten
from ..shape.thing import clean
from .text import Read

TextPlace = Literal["query", "header", "cookie", "body"]
WRONG = "What was sent cannot be used. See what is wrong in 'errors'."
"""Of a body, a form or JSON."""


class TextValue(msgspec.Struct, frozen=True, eq=False):
    """One value, and how its text is read.

    :param name: in the request.
    :param target: in the function, or in the object that it belongs to.
    :param many: it may stand there several times, and is a list.
    """

    name: str
    target: str
    where: TextPlace
    type: Any
    read: Read
    many: bool = False
    default: Any = UNSET
    required: bool = True
    label: str = ""


class Spread(msgspec.Struct, frozen=True, eq=False):
    """An object whose fields stand in the request one by one."""

    target: str
    cls: Any
    where: TextPlace
    values: tuple[TextValue, ...]


Find = Callable[[str], Sequence[str]]
"""Returns every text that stands under a name."""


def find_texts(where: TextPlace) -> Find:
    """Return how a kind of place is searched in the current request."""
    match where:
        case "query":
            return read_query().getlist
        case "cookie":
            return request.cookies.getlist
        case "header":
            return _find_header
    return request.form.getlist


def _find_header(name: str) -> Sequence[str]:
    text = request.headers.get(name)
    return () if text is None else (text,)


def read_values(
    values: Iterable[TextValue], find: Find, errors: list[FieldError]
) -> dict[str, Any]:
    """Return what was given of some values, by their targets; what is wrong joins the errors."""
    found: dict[str, Any] = {}
    for value in values:
        texts = find(value.name)
        if texts:
            _read_one(value, texts, found, errors)
        elif value.required:
            errors.append(_tell(value, NEEDED, "required"))
    return found


def read_spread(spread: Spread, find: Find, errors: list[FieldError]) -> dict[str, Any]:
    """Return an object by its target, made of what was given."""
    before = len(errors)
    found = read_values(spread.values, find, errors)
    if len(errors) > before:
        return {}
    try:
        return {spread.target: msgspec.convert(found, spread.cls)}
    except ValidationError as error:
        errors.append(FieldError((), clean(error), source=spread.where))
        return {}


def refuse_unknown(
    given: Iterable[str], known: frozenset[str], where: TextPlace, errors: list[FieldError]
) -> None:
    """Tell of each name that nobody declared."""
    what = "parameter" if where == "query" else "field"
    message = f"There is no such {what} here."
    for name in given:
        if name not in known and len(errors) < MOST_FAULTS:
            errors.append(FieldError((shorten(name),), message, "unknown", where))


def _read_one(
    value: TextValue, texts: Sequence[str], found: dict[str, Any], errors: list[FieldError]
) -> None:
    if value.many:
        if value.where == "header":
            texts = [text.strip() for text in texts[0].split(",")]
        _read_many(value, texts, found, errors)
    elif len(texts) > 1:
        errors.append(_tell(value, "This may be given once."))
    else:
        try:
            found[value.target] = value.read(texts[0])
        except ValidationError as error:
            errors.append(_tell(value, str(error)))


def _read_many(
    value: TextValue, texts: Sequence[str], found: dict[str, Any], errors: list[FieldError]
) -> None:
    items = []
    for text in texts:
        try:
            items.append(value.read(text))
        except ValidationError as error:
            if len(errors) < MOST_FAULTS:
                errors.append(_tell(value, str(error)))
            return
    try:
        found[value.target] = msgspec.convert(items, value.type)
    except ValidationError as error:
        errors.append(_tell(value, clean(error)))


def _tell(value: TextValue, message: str, code: str = "invalid") -> FieldError:
    return FieldError((value.name,), message, code, value.where)
