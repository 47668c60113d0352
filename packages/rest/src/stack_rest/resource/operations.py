"""The operations of a resource."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ..http.media_type import JSON
from ..http.rate import Rate, read_rate
from ..operation.operation import Operation
from ..problem.renderer import ProblemJson
from .acting import make_action
from .bound import BoundResource
from .bulk import BulkWriting
from .contracts import Contracts
from .nested import Nested
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
        yield from _nest(bound, name, contracts, rate)


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


def _nest(
    bound: BoundResource, name: str, contracts: Contracts, rate: Rate | None
) -> Iterator[Operation]:
    nested = Nested(bound, name)
    rule = f"{bound.path}/<key>/{name.replace('_', '-')}"
    yield Operation(
        name=f"{bound.name}.{name}.list",
        method="GET",
        rule=rule,
        run=nested.page,
        find_contract=contracts.nested_list(name),
        tag=bound.name,
        rate=rate,
        media_types=MEDIA_TYPES,
    )
    if "create" not in bound.options.methods:
        return
    yield Operation(
        name=f"{bound.name}.{name}.create",
        method="POST",
        rule=rule,
        run=nested.create,
        find_contract=contracts.nested_create(name),
        tag=bound.name,
        rate=rate,
        keyed=True,
    )
