"""The view of an operation: what is asked before it runs, in one order everywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from flask import Response, after_this_request, current_app
from werkzeug.exceptions import HTTPException

from ..http.accept import choose_media_type
from .caching import Caching
from .operation import Operation

MARK = "stack_endpoint"
"""An attribute of views that find their gate when they are called: what they were declared as."""
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
    :param answer: makes the answer to an error, or raises it where somebody handles it.
    """

    def __init__(
        self,
        operation: Operation,
        guards: tuple[Guard, ...],
        wrappers: tuple[Wrapper, ...],
        answer: Callable[[HTTPException], Any],
    ) -> None:
        self.operation = operation
        self._answer = answer
        self.__name__ = operation.name.replace(".", "_")
        self._guards = tuple(guard for guard in guards if guard.fits(operation))
        self._caching = Caching(operation)
        self._run = operation.run
        for wrapper in reversed(wrappers):
            if wrapper.fits(operation):
                self._run = wrapper.wrap(operation, self._run)

    def __call__(self, **values: Any) -> Any:
        try:
            answer = self._ask_and_run(values)
        except Exception:
            # Whoever handles it answers somebody, too.
            after_this_request(self._caching)
            raise
        if not isinstance(answer, Response):
            answer = current_app.make_response(answer)
        return self._caching(answer)

    def _ask_and_run(self, values: dict[str, Any]) -> Any:
        try:
            choose_media_type(self.operation.media_types)
            for guard in self._guards:
                guard.check(self.operation)
            return self._run(**values)
        except HTTPException as error:
            return self._answer(error)
