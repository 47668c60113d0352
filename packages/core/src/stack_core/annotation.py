"""What the annotation of a setting allows, for the reader and in words."""

from __future__ import annotations

import types
from collections.abc import Iterator
from datetime import timedelta
from enum import Enum
from pathlib import PurePath
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

import msgspec

LISTS = (list, tuple, set, frozenset)
_WORDS = {
    bool: "yes or no",
    int: "a whole number",
    float: "a number",
    str: "text",
    bytes: "bytes",
    dict: "a mapping",
    timedelta: "a number of seconds",
    type(None): "nothing",
    Any: "a value",
}


def parts(annotation: Any) -> tuple[Any, ...]:
    """Return what an annotation allows, one by one and without notes; of a generic its class."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return parts(get_args(annotation)[0])
    if origin in (Union, types.UnionType):
        return tuple(kind for part in get_args(annotation) for kind in parts(part))
    return (origin or annotation,)


def find_note(annotation: Any) -> msgspec.Meta | None:
    """Return what :func:`setting` wrote into an annotation, or None."""
    if get_origin(annotation) is Annotated:
        for note in get_args(annotation)[1:]:
            if isinstance(note, msgspec.Meta):
                return note
    return None


def decodable(annotation: Any, *notes: msgspec.Meta) -> Any:
    """Return an annotation in the form that msgspec takes.

    It refuses bytes beside text, which are left out because the reader takes
    them as they are, and a bound over a union, which is moved into its parts.

    :param notes: of the annotation around this one.
    """
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        inner = [note for note in arguments[1:] if isinstance(note, msgspec.Meta)]
        return decodable(arguments[0], *notes, *inner)
    if origin in (Union, types.UnionType):
        given = [decodable(part, *notes) for part in arguments if part is not bytes]
        return cast(Any, Union)[tuple(given)]
    if annotation is type(None) or not notes:
        return annotation
    return cast(Any, Annotated)[(annotation, *notes)]


def describe(annotation: Any) -> str:
    """Return in words what may be set: ``a whole number of at least 1 or nothing``."""
    return " or ".join(_words(annotation)) + _bounds(annotation)


def _words(annotation: Any) -> Iterator[str]:
    origin = get_origin(annotation)
    kind = origin or annotation
    if origin is Annotated:
        yield from _words(get_args(annotation)[0])
    elif origin in (Union, types.UnionType):
        for part in get_args(annotation):
            yield from _words(part)
    elif origin is Literal:
        yield "one of " + ", ".join(repr(value) for value in get_args(annotation))
    elif kind in LISTS:
        yield "a list"
    elif isinstance(kind, type) and issubclass(kind, Enum):
        yield "one of " + ", ".join(repr(member.value) for member in kind)
    elif isinstance(kind, type) and issubclass(kind, PurePath):
        yield "a path"
    else:
        yield _WORDS.get(kind) or str(getattr(kind, "__name__", "a value"))


def _bounds(annotation: Any) -> str:
    note = find_note(annotation)
    if note is None:
        return ""
    least = "" if note.ge is None else f" of at least {note.ge:g}"
    most = "" if note.le is None else f" of at most {note.le:g}"
    return " and".join(part for part in (least, most) if part)
