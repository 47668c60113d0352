"""Members of enumerations: what stands for one in JSON and in an address, and nothing besides."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import lru_cache
from typing import Any

from msgspec import ValidationError

from .node import NO_CHOICE


@lru_cache(maxsize=1024)
def find_members(cls: Any) -> Mapping[tuple[type, Any], Enum]:
    """Return the members of an enumeration by what stands for them; none of what is no such.

    It is their values where all are text or all are numbers, and otherwise their names.
    """
    if not (isinstance(cls, type) and issubclass(cls, Enum)):
        return {}
    if is_by_name(cls):
        return {(str, name): member for name, member in cls.__members__.items()}
    return {(type(member.value), member.value): member for member in cls}


@lru_cache(maxsize=1024)
def is_by_name(cls: type[Enum]) -> bool:
    """Tell whether names stand for members: no schema has values of several types."""
    return {type(member.value) for member in cls} not in ({str}, {int})


def read_member(cls: Any, value: Any) -> Any:
    """Return the member of an enumeration that a value of JSON stands for.

    :raises ValidationError: it stands for none.
    """
    try:
        found = find_members(cls).get((type(value), value))
    except TypeError:  # a list or an object
        found = None
    if found is None:
        raise ValidationError(NO_CHOICE)
    return found


def read_member_text(cls: Any, text: str) -> Any:
    """Return the member of an enumeration that a text of an address stands for.

    :raises ValidationError: it stands for none.
    """
    for (_, known), member in find_members(cls).items():
        if str(known) == text:
            return member
    raise ValidationError(NO_CHOICE)
