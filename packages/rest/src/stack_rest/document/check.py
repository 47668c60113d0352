"""The application held against its document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from flask import Flask

from stack_core import Finding
from stack_core.access import ACCESS
from stack_core.masking import describe_error
from stack_core.registry import Registry

from ..problem.missing import is_below
from ..state import RestState
from .document import Document, list_operations, make_document
from .route import find_routes, list_methods, operations_at, write_path
from .schema_faults import find_faults


def check_document(app: Flask, state: RestState) -> Iterator[Finding]:
    """Yield where an application and its document do not say the same."""
    try:
        document = make_document(app, state)
    except Exception as error:
        yield Finding(
            "rest.no-document",
            "error",
            f"The document cannot be made ({describe_error(error)}).",
            "Mend that; the interface is served without it.",
        )
        return
    yield from _check_relations(state)
    yield from _check_views(app, state)
    yield from _check_operations(app, state)
    yield from _check_addresses(app, state)
    yield from _check_needs(app, state)
    yield from _check_schemes(document)
    for where, fault in find_faults(document):
        yield Finding(
            "rest.schema",
            "error",
            f"The document is wrong at '{where}': {fault}.",
            "Mend the type that it is made of.",
        )


def _check_relations(state: RestState) -> Iterator[Finding]:
    """Yield relations that are to be included, and lead to what is no resource."""
    for bound in state.resources:
        for name in bound.options.include:
            kind = bound.layout.description.by_name[name].relation
            if state.find_resource(kind) is None:
                yield Finding(
                    "rest.nothing-to-include",
                    "error",
                    f"The resource {bound.name!r} includes {name!r}, and {kind!r} is no resource.",
                    "Declare it with rest.resource(…) too, or leave it out of 'include'.",
                )


def _check_views(app: Flask, state: RestState) -> Iterator[Finding]:
    """Yield views under the prefix that are no operations: the document lacks them."""
    for rule in app.url_map.iter_rules():
        if rule.endpoint in state.own or operations_at(app, rule):
            continue
        if rule.redirect_to is None and is_below(rule.rule, state.settings.prefix):
            yield Finding(
                "rest.undocumented",
                "error",
                f"{'/'.join(list_methods(rule))} {write_path(rule.rule)} is served by"
                f" {rule.endpoint!r}, and the document does not tell of it.",
                "Make it a typed function of the interface, or serve it beside the prefix.",
            )


def _check_operations(app: Flask, state: RestState) -> Iterator[Finding]:
    """Yield operations that were declared and are served nowhere."""
    served = {id(route.operation) for route in find_routes(app)}
    for operation in state:
        if id(operation) not in served:
            yield Finding(
                "rest.unserved",
                "error",
                f"The operation {operation.name!r} has no address on this application.",
                "Register the blueprint that it is on, or remove it.",
            )


def _check_addresses(app: Flask, state: RestState) -> Iterator[Finding]:
    """Yield addresses and names that two operations have, or that are the interface's own."""
    routes = find_routes(app)
    own = {_blank(rule) for rule in state.own.values()}
    for route in routes:
        if route.method == "GET" and _blank(route.path) in own:
            yield Finding(
                "rest.address-taken",
                "error",
                f"{route.name!r} is at GET {route.path}, where the interface tells of itself.",
                "Give it another address.",
            )
    for (method, path), times in Counter((each.method, each.path) for each in routes).items():
        if times > 1:
            yield Finding(
                "rest.address-twice",
                "error",
                f"{times} operations are at {method} {path}, and only the first is served.",
                "Give the others another address.",
            )
    for name, times in Counter(each.name for each in routes).items():
        if times > 1:
            yield Finding(
                "rest.name-twice",
                "error",
                f"{times} operations are called {name!r}, of which programs make one function.",
                "Give the others another name.",
            )


def _check_needs(app: Flask, state: RestState) -> Iterator[Finding]:
    """Yield what tells of a need that the application cannot meet, or does not hold."""
    needy = []
    for operation in (route.operation for route in find_routes(app)):
        told, held = operation.find_contract().need, operation.need
        if held is not None and held != told:
            yield Finding(
                "rest.need-differs",
                "error",
                f"The document says of {operation.name!r} that it needs"
                f" {_tell(told.public, told.permission)}, and what is asked for is"
                f" {_tell(held.public, held.permission)}.",
                "Give its contract the need that it has.",
            )
        if not told.public:
            needy.append(operation.name)
    provider = Registry.of(app).find(ACCESS)
    if needy and (provider is None or not state.schemes):
        yield Finding(
            "rest.nobody-let-in",
            "warning",
            f"Nothing on this application lets anybody in, and that is what {len(needy)} of its"
            f" operations ask for, such as {needy[0]!r}.",
            "Add what provides access and declares a scheme, or declare them public.",
        )


def _check_schemes(document: Document) -> Iterator[Finding]:
    """Yield ways to be let in that an operation names and nobody declares."""
    declared = document["components"].get("securitySchemes", {})
    for path, method, operation in list_operations(document):
        for name in (name for way in operation.get("security", ()) for name in way):
            if name not in declared:
                yield Finding(
                    "rest.scheme-unknown",
                    "error",
                    f"{method.upper()} {path} names the scheme {name!r}, which is not declared.",
                    "Declare it with add_scheme.",
                )


def _blank(path: str) -> str:
    """Return an address without the names of its places."""
    return re.sub(r"[<{][^>}]*[>}]", "{}", path)


def _tell(public: bool, permission: str) -> str:
    return "nothing" if public else repr(permission) if permission else "somebody signed in"
