"""Running a function for a request: its values are read, it is called, its result answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import request

from stack_core.problem import BadQuery, FieldError

from ..http.query import read_query
from .answer import Answers
from .plan import Plan
from .texts import TextPlace, TextValue, find_texts, read_spread, read_values, refuse_unknown

_WRONG = "The request cannot be used as it is. See what is wrong in 'errors'."
_PLACES: tuple[TextPlace, ...] = ("query", "header", "cookie")


class Call:
    """Runs a function for a request.

    :param function: called with its parameters by name; it is not async.
    """

    def __init__(self, function: Callable[..., Any], plan: Plan, answers: Answers) -> None:
        self._function = function
        self._answer = answers.answer
        self._read_body = plan.body.read if plan.body is not None else None
        self._requests = plan.requests
        self._paths = tuple((path, path.plain) for path in plan.paths)
        self._spreads = plan.spreads
        self._texts: list[tuple[TextPlace, tuple[TextValue, ...]]] = []
        for where in _PLACES:
            if found := tuple(value for value in plan.texts if value.where == where):
                self._texts.append((where, found))
        inner = [value for spread in plan.spreads for value in spread.values]
        self._known = frozenset(
            value.name for value in (*plan.texts, *inner) if value.where == "query"
        )

    def __call__(self, **values: Any) -> Any:
        for path, plain in self._paths:
            value = values.get(path.name)
            if value is not None and type(value) is not plain:
                values[path.name] = path.convert(value)
        if self._texts or self._spreads or request.environ.get("QUERY_STRING"):
            self._read_texts(values)
        if self._read_body is not None:
            self._read_body(values)
        for name in self._requests:
            values[name] = request._get_current_object()  # type: ignore[attr-defined]  # a proxy
        return self._answer(self._function(**values))

    def _read_texts(self, values: dict[str, Any]) -> None:
        """Add what stands in the query, in headers and in cookies."""
        errors: list[FieldError] = []
        for where, found in self._texts:
            values.update(read_values(found, find_texts(where), errors))
        for spread in self._spreads:
            values.update(read_spread(spread, find_texts(spread.where), errors))
        refuse_unknown(read_query(), self._known, "query", errors)
        if errors:
            raise BadQuery(_WRONG, errors=errors)
