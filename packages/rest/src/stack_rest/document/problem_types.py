"""The types of problems at their own addresses, so that what a problem says leads somewhere."""

from __future__ import annotations

from typing import Any

import msgspec

from stack_core.problem import NotFound

from ..http.answer import answer_json
from ..problem.catalogue import ProblemType, find_types
from ..state import RestState


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One type, as it is told.

    :param type: its address.
    """

    type: str
    status: int
    title: str
    detail: str


def serve_types(state: RestState) -> None:
    """Serve every type of problems, and each, below the prefix."""

    def describe(each: ProblemType) -> Listed:
        address = state.problems.address(each.kind)
        return Listed(type=address, status=each.status, title=each.title, detail=each.detail)

    def list_types() -> Any:
        return _answer({"items": [describe(each) for each in find_types().values()]})

    def show_type(kind: str) -> Any:
        found = find_types().get(kind)
        if found is None:
            raise NotFound("There is no such type of problems.")
        return _answer(describe(found))

    state.add_own("/problems", "problem_types", list_types)
    state.add_own("/problems/<kind>", "problem_type", show_type)


def _answer(value: Any) -> Any:
    return answer_json(value, headers={"X-Content-Type-Options": "nosniff"})
