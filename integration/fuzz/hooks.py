"""What Schemathesis cannot know from a document: state that only the server and its rows have.

Nothing here hides a request that the document allows and that is refused for what it says; that
is a fault of ours. Schemathesis loads this module by its name, in a process of its own.
"""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import schemathesis

MOST_FILTERS = 20
UNKNOWN_HEADER = "x-schemathesis-unknown-property"
RELATIONS: dict[str, Any] = {"author": 1, "tags": ["red"]}
"""By field: the keys of rows that there are."""


@schemathesis.hook
def before_call(context: Any, case: Any, kwargs: dict[str, Any]) -> None:
    """Give a request, of whatever phase, the state that it needs."""
    if isinstance(case.query, dict):
        # Only the server makes cursors, and signs them.
        case.query.pop("cursor", None)
        leave_out(case.query)
    if case.headers:
        give_state(case.headers)
    if isinstance(case.body, dict | list):
        case.body = settle(case.body)


def leave_out(query: dict[str, Any]) -> None:
    """Ask for few of the filters that a list has, where nearly all were asked for at once.

    How many parts a filter has at most is told where it is refused; no schema says how many
    parameters of an address there may be together.
    """
    if len(query) > 3 * MOST_FILTERS:
        for name in [*query][MOST_FILTERS:]:
            del query[name]


def give_state(headers: Any) -> None:
    """Send a key that nobody has used, and ask for whatever version there is now.

    A header that nobody knows is ignored by whoever gets it (RFC 9110, 5.1).
    """
    headers.pop(UNKNOWN_HEADER, None)
    if headers.get("Idempotency-Key"):
        headers["Idempotency-Key"] = uuid4().hex
    if "If-Match" in headers:
        headers["If-Match"] = "*"


def settle(value: Any, field: str = "") -> Any:
    """Return a value whose relations lead to rows that there are.

    JSON has no whole number ``120.0``: it is a float for every reader that knows both, and for
    JSON Schema it is an integer.
    """
    if isinstance(value, dict):
        return {name: settle(each, name) for name, each in value.items()}
    if isinstance(value, float) and value.is_integer() and (field in RELATIONS or small(value)):
        value = int(value)
    if field in RELATIONS and type(value) is type(RELATIONS[field]):
        return RELATIONS[field]
    return [settle(each) for each in value] if isinstance(value, list) else value


def small(value: float) -> bool:
    """Tell whether a whole number is the only one that its float stands for."""
    return abs(value) < 2**53
