"""The operations of a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..http.media_type import JSON
from ..http.rate import read_rate
from ..operation.operation import Operation
from ..problem.renderer import ProblemJson
from .acting import make_action
from .bound import BoundResource
from .bulk import BulkWriting
from .contracts import Contracts
from .nested import Nested, make_nested
from .options import Method
from .reading import MEDIA_TYPES, Reading
from .writing import Writing

_HTTP: dict[Method, tuple[str, str]] = {
    "list": ("GET", ""),
    "get": ("GET", "/<key>"),
    "create": ("POST", ""),
    "replace": ("PUT", "/<key>"),
    "patch": ("PATCH", "/<key>"),
    "delete": ("DELETE", "/<key>"),
    "bulk": ("POST", "/bulk"),
}


def make_operations(bound: BoundResource, problems: ProblemJson) -> Iterator[Operation]:
    """Yield what can be done to a resource.

    :param problems: renders what is wrong with one of many writes.
    """
    contracts, rate = Contracts(bound), read_rate(bound.options.rate)
    for method, run in _runs(bound, problems).items():
        if method not in bound.options.methods:
            continue
        http, rest = _HTTP[method]
        yield Operation(
            name=f"{bound.name}.{method}",
            method=http,
            rule=bound.path + rest,
            run=run,
            find_contract=getattr(contracts, method),
            tag=bound.name,
            rate=rate,
            keyed=http == "POST",
            media_types=MEDIA_TYPES if method == "list" else (JSON,),
        )
    for action in bound.actions:
        yield make_action(bound, action)
    for name in bound.options.sub:
        yield from make_nested(Nested(bound, name), contracts, rate)


def _runs(bound: BoundResource, problems: ProblemJson) -> dict[Method, Callable[..., Any]]:
    reading, writing = Reading(bound), Writing(bound)
    return {
        "list": reading.page,
        "get": reading.item,
        "create": writing.create,
        "replace": writing.replace,
        "patch": writing.patch,
        "delete": writing.delete,
        "bulk": BulkWriting(bound, problems).run,
    }
