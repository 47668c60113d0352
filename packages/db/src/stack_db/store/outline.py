"""The outline of a question: all of it but its values, which are bound by position."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

from sqlalchemy import BigInteger, Integer, bindparam
from sqlalchemy.sql.elements import BindParameter
from sqlalchemy.types import TypeEngine

from stack_core.filter import TRUE, All, AnyOf, Filter, Is, Not, Some
from stack_core.query import EVERYTHING, Reach

ESCAPE = "/"
"""What makes ``%`` and ``_`` stand for themselves in a pattern."""
_OF_TRUE = (All,)
"""The outline of what holds always, which most reaches are made of."""
_PATTERN = str.maketrans({ESCAPE: ESCAPE * 2, "%": ESCAPE + "%", "_": ESCAPE + "_"})


class Values:
    """The values of a statement, by name; two questions of one outline differ in nothing else.

    :ivar lasting: the statement may be kept; one with a rule may not, for a
        rule's own code may look at the clock.
    """

    __slots__ = ("bound", "lasting")

    def __init__(self) -> None:
        self.bound: dict[str, Any] = {}
        self.lasting = True

    def outline(self, part: Filter, prefix: str) -> Hashable:
        """Return a filter's outline, and take its values under names of this prefix."""
        if part is TRUE:
            return _OF_TRUE
        found: list[Any] = []
        outline = self._trace(part, found)
        for position, value in enumerate(found):
            self.bound[f"{prefix}{position}"] = value
        return outline

    def outline_reach(self, reach: Reach) -> Hashable:
        """Return a reach's outline, and take its values."""
        if reach is EVERYTHING:
            return True
        row = self.outline(reach.row, "r")
        if not reach.through:
            return (row, reach.trusted)
        through = [
            (kind, _OF_TRUE if part is TRUE else self.outline(part, f"t{position}_"))
            for position, (kind, part) in enumerate(reach.through)
        ]
        return (row, reach.trusted, *through)

    def _trace(self, part: Filter, found: list[Any]) -> Hashable:
        kind = type(part)
        if isinstance(part, Is):
            return (part.path, part.op, _take(part, found))
        if isinstance(part, All | AnyOf):
            return (kind, *[self._trace(each, found) for each in part.parts])
        if isinstance(part, Not):
            return (kind, self._trace(part.part, found))
        if isinstance(part, Some):
            return (kind, part.path, self._trace(part.part, found))
        self.lasting = False
        return (kind, part.name, len(part.values))


class Names:
    """The names under which a filter's values are bound, in the order in which they were taken."""

    def __init__(self, prefix: str) -> None:
        self._prefix = prefix
        self._next = 0

    def take(self) -> str:
        """Return the next name."""
        name = f"{self._prefix}{self._next}"
        self._next += 1
        return name


def slots(part: Is) -> int:
    """Return how many names a comparison takes: one for each column of a composite key.

    A list of such keys takes two.
    """
    if part.op == "null" or never(part):
        return 0
    if part.op == "in":
        return _lists(part.value)
    return len(part.value) if isinstance(part.value, tuple) else 1


def _lists(values: Any) -> int:
    first = next(value for value in values if value is not None)
    return 2 if isinstance(first, tuple) else 1


def never(part: Is) -> bool:
    """Tell whether a comparison fails for every row, as one with a missing value does."""
    if part.op == "in":
        return all(value is None for value in part.value)
    return part.op != "null" and part.value is None


def parameter(name: str, type_: TypeEngine[Any], *, many: bool = False) -> BindParameter[Any]:
    """Return a parameter for a value that is compared with a column of this type.

    Numbers are bound as the widest: a driver's own type of a narrow column
    refuses what a column can merely not be equal to.
    """
    wide = BigInteger() if isinstance(type_, Integer) else type_
    return bindparam(name, type_=wide, expanding=many)


def count_parameter(name: str) -> BindParameter[int]:
    """Return a parameter for a number of rows, as wide as any."""
    return bindparam(name, type_=BigInteger())


def pattern(text: str) -> str:
    """Return text as it stands for itself in a pattern."""
    return text.translate(_PATTERN)


def _take(part: Is, found: list[Any]) -> Hashable:
    value = part.value
    if part.op == "null":
        return bool(value)
    if never(part):
        return "never"
    if part.op == "in":
        lists = _lists(value)
        found += [[each for each in value if each is not None]] * lists
        return ("list", lists)
    if part.op == "contains":
        found.append(f"%{pattern(value)}%")
    elif part.op == "starts":
        found.append(f"{pattern(value)}%")
    elif isinstance(value, tuple):
        found.extend(value)
        return len(value)
    else:
        found.append(value)
    return None
