"""What whoever asks may see of a resource, looked up when something was refused."""

from __future__ import annotations

from collections.abc import Collection

from .bound import BoundResource


class Sight:
    """What whoever asks may see of a resource.

    :param bound: the resource.
    """

    def __init__(self, bound: BoundResource) -> None:
        self._bound = bound

    def pick(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those of some fields and paths that they may see."""
        return self._bound.see(tuple(names))

    def pick_included(self, names: Collection[str]) -> tuple[str, ...]:
        """Return those of some relations that are not hidden from them.

        Who may not read the kind that one leads to is told that, and not that it is not there.
        """
        seen = self.pick(names)
        return tuple(name for name in names if name in seen or not self._reads(name))

    def _reads(self, name: str) -> bool:
        return self._bound.neighbour(name).allows("read")
