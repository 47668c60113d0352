"""The operations of a resource."""

from __future__ import annotations

from collections.abc import Iterator

from ..http.rate import read_rate
from ..operation.operation import Operation
from .bound import BoundResource
from .contracts import Contracts
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
}


def make_operations(bound: BoundResource) -> Iterator[Operation]:
    """Yield what can be done to a resource."""
    reading, writing = Reading(bound), Writing(bound)
    contracts = Contracts(bound)
    runs = {
        "list": reading.list,
        "get": reading.item,
        "create": writing.create,
        "replace": writing.replace,
        "patch": writing.patch,
        "delete": writing.delete,
    }
    for method in bound.options.methods:
        if method not in _HTTP:
            continue
        http, rest = _HTTP[method]
        yield Operation(
            name=f"{bound.name}.{method}",
            method=http,
            rule=bound.path + rest,
            run=runs[method],
            find_contract=getattr(contracts, method),
            tag=bound.name,
            rate=read_rate(bound.options.rate),
            keyed=method == "create",
            media_types=MEDIA_TYPES if method == "list" else ("application/json",),
        )
