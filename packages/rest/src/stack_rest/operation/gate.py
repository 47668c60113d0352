"""The view of an operation: what is asked before it runs, in one order everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from flask import after_this_request

from ..http.accept import choose_media_type
from .caching import Caching
from .operation import Operation

Run = Callable[..., Any]


class Guard(Protocol):
    """Something that is asked before an operation runs, and may refuse."""

    def fits(self, operation: Operation) -> bool:
        """Tell, when the application is set up, whether this operation is its business."""
        ...

    def check(self, operation: Operation) -> None:
        """Raise a problem, or let the request pass."""
        ...


class Wrapper(Protocol):
    """Something that runs an operation in its own way, such as once for each key."""

    def fits(self, operation: Operation) -> bool:
        """Tell, when the application is set up, whether this operation is its business."""
        ...

    def wrap(self, operation: Operation, run: Run) -> Run:
        """Return what is run in the operation's place."""
        ...


class Gate:
    """The view function of one operation.

    :param guards: asked in their order; the first that refuses decides.
    :param wrappers: the first is the outermost.
    """

    def __init__(
        self, operation: Operation, guards: tuple[Guard, ...], wrappers: tuple[Wrapper, ...]
    ) -> None:
        self.operation = operation
        self.__name__ = operation.name.replace(".", "_")
        self._guards = tuple(guard for guard in guards if guard.fits(operation))
        self._caching = Caching(operation)
        self._run = operation.run
        for wrapper in reversed(wrappers):
            if wrapper.fits(operation):
                self._run = wrapper.wrap(operation, self._run)

    def __call__(self, **values: Any) -> Any:
        after_this_request(self._caching)
        choose_media_type(self.operation.media_types)
        for guard in self._guards:
            guard.check(self.operation)
        return self._run(**values)
