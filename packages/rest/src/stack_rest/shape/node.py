"""One place of a type, held against the value that was sent for it."""

from __future__ import annotations

from typing import Any, Protocol

from stack_core.problem import FieldError

from ..http.tree import count_members

Path = tuple[str | int, ...]

UNKNOWN = "There is no such field here."
NO_CHOICE = "This is none of the values to choose from."
MOST_FAULTS = 100
LONGEST_NAME = 200


class Suspect(Exception):
    """A value that a decoder takes and nobody wants, such as a field that nobody declared."""


class Enough(Exception):
    """So much is wrong that nobody reads more of it."""


class Faults:
    """What is wrong with a value, as much of it as anybody reads."""

    def __init__(self) -> None:
        self.found: list[FieldError] = []

    def add(self, path: Path, message: str, code: str = "invalid") -> None:
        """Tell of one fault.

        :raises Enough: there are as many as are told.
        """
        self.found.append(FieldError(path, message, code))
        if len(self.found) >= MOST_FAULTS:
            raise Enough

    def __len__(self) -> int:
        return len(self.found)


class Node(Protocol):
    """One place of a type."""

    @property
    def plain(self) -> bool:
        """Whether what a decoder took here has no members and needs no second look."""
        ...

    def count(self, data: Any) -> int:
        """Return how many members a value has that a decoder took.

        :raises Suspect: a decoder should not have.
        """
        ...

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Tell everything that is wrong with a value."""
        ...


class Whatever:
    """A place for any value."""

    plain = False

    def count(self, data: Any) -> int:
        """Return how many members a value has."""
        return count_members(data)

    def check(self, data: Any, path: Path, faults: Faults) -> None:
        """Find nothing wrong."""


def shorten(name: str) -> str:
    """Return a name that somebody sent, so that an answer is not as long as it."""
    return name[:LONGEST_NAME]
