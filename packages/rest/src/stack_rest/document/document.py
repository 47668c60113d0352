"""The document of an application's interface, made of what enforces it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Flask

from stack_core import SetupError

from ..http.idempotency import REPLAYED
from ..http.limit import POLICY, STATE
from ..http.rate import Rate, read_rate
from ..operation.operation import Contract
from ..state import RestState
from .content import list_answered, list_sent, write_answers, write_body
from .headers import write_headers
from .parameters import list_types, write_parameters
from .problems import ProblemResponses, list_problems
from .route import Route, find_routes, find_tag
from .schemas import Schemas
from .security import tell_need, write_schemes, write_security
from .shared import SharedParameters
from .walking import find_references

VERSION = "3.1.0"
Document = dict[str, Any]


def make_document(app: Flask, state: RestState, *, root: str = "") -> Document:
    """Return the OpenAPI document of what an application serves now.

    Paths have the prefix and the server is the root of the application, as in ``flask routes``,
    so that operations beside the prefix are told as well.

    :param root: the path under which the application is mounted, without a slash at its end.
    """
    writer = _Writer(state, find_routes(app))
    paths = writer.write_paths()
    components = writer.write_components(paths)
    settings = state.settings
    tags = sorted({find_tag(route, settings.prefix) for route in writer.routes})
    return {
        "openapi": VERSION,
        "info": {
            "title": settings.title,
            "version": settings.version,
            "description": settings.description or f"What programs may ask of {settings.title}.",
        },
        "servers": [{"url": root or "/"}],
        **({} if state.schemes else {"security": []}),
        "tags": [{"name": tag, "description": f"Operations on {tag}."} for tag in tags],
        "paths": paths,
        "components": components,
    }


class _Writer:
    """Writes the operations of one document."""

    def __init__(self, state: RestState, routes: list[Route]) -> None:
        self.routes = routes
        self._state = state
        made = {id(each.operation): each.operation.find_contract() for each in routes}
        self._contracts = made
        contracts = list(made.values())
        sent = [cls for each in contracts for cls in (*list_types(each), *list_sent(each))]
        answered = [cls for each in contracts for cls in list_answered(each)]
        self._schemas = Schemas(sent, answered)
        self._problems = ProblemResponses(state.problems)
        self._rate = read_rate(state.settings.rate)

    def write_paths(self) -> dict[str, Any]:
        """Return every operation, by path and method."""
        paths: dict[str, Any] = {}
        for route in self.routes:
            contract = self._contracts[id(route.operation)]
            paths.setdefault(route.path, {})[route.method.lower()] = self._write(route, contract)
        return paths

    def write_components(self, paths: dict[str, Any]) -> dict[str, Any]:
        """Return what operations refer to; parameters of several are taken out of them."""
        responses = dict(sorted(self._problems.written.items()))
        schemas = self._schemas.pick(find_references(paths))
        for name, schema in self._problems.write_schemas().items():
            if name in schemas:
                raise SetupError(
                    f"The document has a schema {name!r} of its own. Give your class of that"
                    " name another one."
                )
            schemas[name] = schema
        every = [*responses.values(), *_list_responses(paths)]
        named = {name for each in every for name in each.get("headers", ())}
        found = {
            "schemas": dict(sorted(schemas.items())),
            "parameters": SharedParameters(paths).written,
            "responses": responses,
            "headers": write_headers(named),
            "securitySchemes": write_schemes(self._state.schemes),
        }
        return {name: each for name, each in found.items() if each}

    def _write(self, route: Route, contract: Contract) -> dict[str, Any]:
        operation, schemes = route.operation, self._state.schemes
        rate = operation.rate or self._rate
        headers = [POLICY, STATE] if rate else []
        headers += [REPLAYED] if operation.keyed else []
        problems = list_problems(operation, contract, schemes, rate)
        written: dict[str, Any] = {
            "operationId": route.name,
            "summary": contract.summary,
            "description": self._tell(contract, rate),
            "tags": [find_tag(route, self._state.settings.prefix)],
        }
        if contract.deprecated:
            written["deprecated"] = True
        if parameters := write_parameters(route, contract, self._schemas):
            written["parameters"] = parameters
        if contract.body is not None:
            limit = operation.body_limit or self._state.settings.body_limit
            written["requestBody"] = write_body(contract.body, self._schemas, limit)
        written["responses"] = {
            **write_answers(contract.answers, self._schemas, headers),
            **self._problems.refer(problems),
        }
        if contract.need.public or schemes:
            written["security"] = write_security(contract, schemes)
        return written

    def _tell(self, contract: Contract, rate: Rate | None) -> str:
        told = [contract.description or contract.summary]
        told.append(tell_need(contract, self._state.schemes))
        if rate is not None:
            told.append(f"One client may call {rate.calls} times in {rate.seconds} seconds.")
        return "\n\n".join(filter(None, told))


def _list_responses(paths: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in paths.values():
        for operation in path.values():
            yield from operation["responses"].values()


def list_operations(document: Document) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield the path, the method in small letters and the object of every operation."""
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield path, method, operation
