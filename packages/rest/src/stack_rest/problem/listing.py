"""The types of problems at their own addresses, so that what a problem says leads somewhere."""

from __future__ import annotations

from typing import Any

import msgspec
from flask import Flask, current_app

from stack_core.problem import NotFound

from ..state import RestState
from .catalogue import ProblemType, find_types

_ENCODER = msgspec.json.Encoder()


class Listed(msgspec.Struct, frozen=True, kw_only=True):
    """One type, as it is told.

    :param type: its address.
    """

    type: str
    status: int
    title: str
    detail: str


def serve_types(app: Flask, state: RestState) -> None:
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

    for rule, view in (("/problems", list_types), ("/problems/<kind>", show_type)):
        app.add_url_rule(
            state.settings.prefix + rule,
            endpoint=f"{state.blueprint}.problem_{'type' if view is show_type else 'types'}",
            view_func=view,
        )


def _answer(value: Any) -> Any:
    answer = current_app.response_class(_ENCODER.encode(value), content_type="application/json")
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
