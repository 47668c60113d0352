"""The interface of one application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Unpack

from flask import Flask

from stack_core import SetupError

from .endpoint.declaring import Declaring, bind_route
from .endpoint.option import Served
from .http.origin import Origins
from .http.rate import read_rate
from .http.scheme import Scheme
from .operation.gate import Gate, Guard, Wrapper
from .operation.guards import AccessGuard, OriginGuard
from .operation.keyed import KeyWrapper
from .operation.limiting import RateGuard
from .operation.operation import Operation
from .problem.answering import Answering
from .problem.missing import is_below
from .problem.renderer import ProblemJson
from .resource.bound import BoundResource
from .resource.declaration import Resource
from .resource.operations import make_operations
from .resource.options import ResourceWords, read_options
from .settings import RestSettings


class RestState(Declaring):
    """The interface of one application.

    :param blueprint: the name in front of its endpoints.
    """

    def __init__(self, app: Flask, settings: RestSettings, blueprint: str) -> None:
        self.app = app
        self.settings = settings
        self.blueprint = blueprint
        self.problems = ProblemJson(f"{settings.prefix}/problems")
        self.answering = Answering(self.problems)
        self.origins = Origins(settings.cors_origins, credentials=settings.cors_credentials)
        self.schemes: list[Scheme] = []
        # The origin first: a page of another site must not use up what its victim may call.
        self.guards: tuple[Guard, ...] = (
            OriginGuard(self.schemes, self.origins),
            RateGuard(app, read_rate(settings.rate)),
            AccessGuard(app),
        )
        self.wrappers: tuple[Wrapper, ...] = (
            KeyWrapper(app, ttl=settings.idempotency_ttl, limit=settings.body_limit),
        )
        self.resources: list[BoundResource] = []
        self.gates: dict[tuple[str, str, str], Gate] = {}
        self.own: dict[str, str] = {}
        """The rules of what tells of the interface and is no part of it, by endpoint."""
        self._operations: dict[str, Operation] = {}

    def __iter__(self) -> Iterator[Operation]:
        """Yield every operation, in the order in which they were added."""
        return iter(self._operations.values())

    def resource(self, thing: Any, **words: Unpack[ResourceWords]) -> BoundResource:
        """Serve whatever has a store, on this application only.

        :param thing: a class, a kind's word, or a store.
        :raises SetupError: there are two operations of one name.
        """
        return self.bind(Resource(thing, read_options(words)))

    def bind(self, resource: Resource) -> BoundResource:
        """Serve what was declared."""
        bound = BoundResource(self.app, self.settings, resource, self.find_resource)
        self.resources.append(bound)
        for operation in make_operations(bound, self.problems):
            self.add(operation)
        return bound

    def serve(self, route: Served) -> None:
        """Serve a typed function.

        :raises TypeError: it cannot be served; the function and the parameter are named.
        """
        self.add(bind_route(self.app, route, self.settings.body_limit))

    def _declare(self, route: Served) -> None:
        self.serve(route)

    def find_resource(self, kind: str) -> BoundResource | None:
        """Return the first resource of a kind, or None."""
        return next(
            (each for each in self.resources if each.layout.description.kind == kind), None
        )

    def add(self, operation: Operation) -> None:
        """Serve an operation under the prefix.

        :raises SetupError: there is one of that name already, or the address is taken by what
            tells of the interface.
        """
        self._check_address(operation)
        self.note(operation)
        self.app.add_url_rule(
            self.settings.prefix + operation.rule,
            endpoint=f"{self.blueprint}.{operation.name.replace('.', '_')}",
            view_func=self.make_view(operation),
            methods=[operation.method],
        )

    def add_own(self, rule: str, name: str, view: Callable[..., Any]) -> None:
        """Serve under the prefix what tells of the interface: the document, its page, problems."""
        endpoint = f"{self.blueprint}.{name}"
        self.own[endpoint] = self.settings.prefix + rule
        self.app.add_url_rule(self.own[endpoint], endpoint=endpoint, view_func=view)

    def _check_address(self, operation: Operation) -> None:
        rule = self.settings.prefix + operation.rule
        for own in self.own.values():
            if is_below(rule, own):
                raise SetupError(
                    f"The operation {operation.name!r} is at {rule!r}, and the interface itself"
                    f" answers at {own!r}. Give it another address, of a resource with 'path'."
                )

    def make_view(self, operation: Operation) -> Gate:
        """Return the view function of an operation."""
        return Gate(operation, self.guards, self.wrappers, self.answering.answer)

    def note(self, operation: Operation) -> None:
        """Remember an operation that is served.

        :raises SetupError: there is one of that name already.
        """
        if operation.name in self._operations:
            raise SetupError(
                f"There are two operations called {operation.name!r}. Give one another 'name'."
            )
        self._operations[operation.name] = operation

    def add_scheme(
        self,
        name: str,
        definition: Mapping[str, Any],
        *,
        used: Callable[[], bool],
        cookie: bool = False,
        check_token: Callable[[], None] | None = None,
    ) -> None:
        """Declare how clients show who they are; whoever provides access does, in ``with_rest``.

        :param definition: the Security Scheme Object of OpenAPI.
        :param used: tells whether the current request was let in by it.
        :param cookie: browsers send it by themselves, so that a write must prove where it comes
            from.
        :param check_token: raises unless the current request carries the token against forgery;
            None: there is none, and ``Origin`` or ``Sec-Fetch-Site`` alone decides.
        """
        self.schemes.append(
            Scheme(
                name=name,
                definition=definition,
                used=used,
                cookie=cookie,
                check_token=check_token,
            )
        )
