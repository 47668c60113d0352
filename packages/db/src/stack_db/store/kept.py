"""What stores keep of what they have made once, and the bound of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Any, Generic, TypeVar

T = TypeVar("T")

MOST_STATEMENTS = 500
"""How many statements the stores of an application keep: what is asked chooses their outlines.

Each takes about 0.3 MB, what SQLAlchemy keeps of it included.
"""
MOST_SHAPES = 100
"""How many small things about writes a store keeps: the fields that are sent choose them."""


class Shelf:
    """The room of several :class:`Kept`; what is not used goes first when there is no more.

    What was used since it was last looked at stays for another round, so that
    nobody who only finds something has to wait for a lock.

    :param most: how many things there is room for.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._lock = Lock()
        self._things: deque[_Thing] = deque()

    def add(self, found: dict[Hashable, _Thing], thing: _Thing) -> None:
        """Put a thing where it is found, unless another thread has just done so."""
        with self._lock:
            if thing.outline in found:
                return
            while len(self._things) >= self._most:
                self._let_go(self._things.popleft())
            thing.home = found
            found[thing.outline] = thing
            self._things.append(thing)

    def __len__(self) -> int:
        return len(self._things)

    def _let_go(self, oldest: _Thing) -> None:
        if oldest.used:
            oldest.used = False
            self._things.append(oldest)
        else:
            del oldest.home[oldest.outline]


class Kept(Generic[T]):
    """Things by outline, for as long as their shelf has room for them."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._found: dict[Hashable, _Thing] = {}

    def find(self, outline: Hashable, make: Callable[[], T], *, lasting: bool = True) -> T:
        """Return what is kept for an outline, made now if it is not.

        :param lasting: it may be kept.
        """
        thing = self._found.get(outline) if lasting else None
        if thing is not None:
            thing.used = True
            kept: T = thing.made
            return kept
        made = make()
        if lasting:
            self._shelf.add(self._found, _Thing(outline, made))
        return made

    def __len__(self) -> int:
        return len(self._found)


class _Thing:
    """One thing that is kept.

    :ivar used: it was found since it was last looked at.
    :ivar home: where it is found.
    """

    __slots__ = ("home", "made", "outline", "used")

    home: dict[Hashable, _Thing]

    def __init__(self, outline: Hashable, made: Any) -> None:
        self.outline = outline
        self.made = made
        self.used = False
