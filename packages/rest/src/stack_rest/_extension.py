"""Putting the interface on an application."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Unpack

from flask import Blueprint, Flask

from stack_core import Extension, Finding, Registry
from stack_core.problem import JSON_PROBLEMS, REALMS, Realm

from .document.check import check_document
from .document.serving import serve_document
from .endpoint.declaring import Declaring, Routes
from .endpoint.option import Served
from .endpoint.view import find_endpoints
from .operation.sharing import Sharing
from .problem.handling import answer_errors
from .problem.missing import answer_missing
from .problem.renderer import MEDIA_TYPE
from .resource.declaration import Resource
from .resource.options import ResourceWords, read_options
from .settings import RestSettings
from .state import RestState


class Rest(Declaring, Extension[RestSettings, RestState]):
    """JSON resources and typed functions of an application, with their document.

    :param blueprint: the name in front of its endpoints, and of its blueprint.
    """

    name = "rest"
    settings = RestSettings
    after = ("db", "auth")
    testing = "stack_rest.testing"

    def __init__(self, *, blueprint: str = "stack_rest") -> None:
        self._blueprint = blueprint
        self._resources: list[Resource] = []
        self._routes = Routes()

    def _declare(self, route: Served) -> None:
        self._routes.add(route)

    def resource(self, thing: Any, **words: Unpack[ResourceWords]) -> Resource:
        """Declare that whatever has a store is served.

        :param thing: a class, a kind's word, or a store.
        :raises TypeError: a word is unknown.
        """
        resource = Resource(thing, read_options(words))
        self._resources.append(resource)
        return resource

    def build(self, app: Flask, settings: RestSettings) -> RestState:
        """Make the interface; nothing is served yet."""
        return RestState(app, settings, self._blueprint)

    def checks(self, app: Flask) -> Iterable[Finding]:
        """Yield where the application and its document do not say the same."""
        yield from check_document(app, self.of(app))

    def attach(self, app: Flask, state: RestState) -> None:
        """Serve what was declared."""
        registry = Registry.of(app)
        registry.claim(JSON_PROBLEMS, state.problems, owner=self.name)
        registry.offer(REALMS, Realm(state.settings.prefix, MEDIA_TYPE))
        blueprint = Blueprint(self._blueprint, __name__)
        answer_errors(blueprint)
        max_age = state.settings.cors_max_age
        Sharing(app, state.origins, max_age=max_age).attach()
        answer_missing(app, state.settings.prefix)
        app.register_blueprint(blueprint)
        serve_document(state)
        for resource in self._resources:
            state.bind(resource)
        for route in self._routes.take():
            state.serve(route)
        for _ in find_endpoints(app, state):
            pass  # what cannot be served is told now, and not at its first request
