"""Problems as ``application/problem+json``, as RFC 9457 has them."""

from __future__ import annotations

from typing import Any

import msgspec

from stack_core import find_request_id
from stack_core.problem import FieldError, Problem

from .catalogue import BLANK

MEDIA_TYPE = "application/problem+json"
MOST_ERRORS = 100
"""How many errors of one request are told: nobody mends more, and they are larger than it."""
_ENCODER = msgspec.json.Encoder()


class ProblemJson:
    """Renders the problems of one application.

    :param base: the address under which their types are, without a slash at its end.
    """

    media_type = MEDIA_TYPE

    def __init__(self, base: str) -> None:
        self.base = base

    def address(self, kind: str) -> str:
        """Return the address of a type."""
        return kind if kind == BLANK or ":" in kind or "/" in kind else f"{self.base}/{kind}"

    def members(self, problem: Problem) -> dict[str, Any]:
        """Return what is told of a problem."""
        told: dict[str, Any] = {
            "type": self.address(problem.type),
            "title": problem.title,
            "status": problem.status,
        }
        if problem.detail:
            told["detail"] = problem.detail
        if (request_id := find_request_id()) is not None:
            told["request_id"] = request_id
        if problem.errors:
            told["errors"] = [write_error(error) for error in problem.errors[:MOST_ERRORS]]
        return {**problem.members, **told}

    def render(self, problem: Problem) -> bytes:
        """Return the body of an answer."""
        return _ENCODER.encode(self.members(problem))


def write_error(error: FieldError) -> dict[str, str]:
    """Return what is told of one value: where it stood, and what is wrong with it."""
    if error.source == "body":
        place = {"pointer": error.pointer}
    else:
        place = {"in": error.source, "name": ".".join(map(str, error.path))}
    return {**place, "code": error.code, "detail": error.message}
