"""The decorators that declare typed functions."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any, TypeVar, Unpack

from flask import Flask
from werkzeug.routing import Map, Rule

from stack_core import SetupError

from ..operation.operation import Operation
from .binding import Place, bind
from .option import Declaration, Options, Served, ServedOptions
from .view import make_view

F = TypeVar("F", bound=Callable[..., Any])
View = Callable[..., Any]


class Declaring(ABC):
    """The decorators that declare typed functions.

    Each but :meth:`endpoint` returns the function as it is, to be called and tested as one.
    """

    @abstractmethod
    def _declare(self, route: Served) -> None:
        """Serve a function below the prefix, now or when an application is there."""

    def get(self, rule: str, **options: Unpack[ServedOptions]) -> Callable[[F], F]:
        """Serve a function for GET, and HEAD.

        :param rule: below the prefix, or below the address of the blueprint.
        """
        return self._route("GET", rule, options)

    def post(self, rule: str, **options: Unpack[ServedOptions]) -> Callable[[F], F]:
        """Serve a function for POST.

        :param rule: below the prefix, or below the address of the blueprint.
        """
        return self._route("POST", rule, options)

    def put(self, rule: str, **options: Unpack[ServedOptions]) -> Callable[[F], F]:
        """Serve a function for PUT.

        :param rule: below the prefix, or below the address of the blueprint.
        """
        return self._route("PUT", rule, options)

    def patch(self, rule: str, **options: Unpack[ServedOptions]) -> Callable[[F], F]:
        """Serve a function for PATCH.

        :param rule: below the prefix, or below the address of the blueprint.
        """
        return self._route("PATCH", rule, options)

    def delete(self, rule: str, **options: Unpack[ServedOptions]) -> Callable[[F], F]:
        """Serve a function for DELETE.

        :param rule: below the prefix, or below the address of the blueprint.
        """
        return self._route("DELETE", rule, options)

    def endpoint(self, **options: Unpack[Options]) -> Callable[[Callable[..., Any]], View]:
        """Make a view of a function, for a route of Flask's own above it.

        It may be registered before or after this extension is on the application.
        """
        return lambda function: make_view(Declaration(function, options))

    def _route(self, method: str, rule: str, options: ServedOptions) -> Callable[[F], F]:
        if callable(rule):
            word = method.lower()
            raise TypeError(
                f"'{word}' was given a function. Write its address: @rest.{word}('/…')."
            )
        if not rule.startswith("/"):
            raise ValueError(f"{rule!r} is no address. Begin it with '/'.")
        said: dict[str, Any] = dict(options)
        blueprint = said.pop("blueprint", None)

        def declare(function: F) -> F:
            declaration = Declaration(function, said)  # type: ignore[arg-type]
            if blueprint is None:
                self._declare(Served(declaration, method, rule))
            else:
                name = said.get("name") or function.__name__
                view = make_view(declaration)
                blueprint.add_url_rule(rule, name.replace(".", "_"), view, methods=[method])
            return function

        return declare


class Routes:
    """What was declared on an extension, until its first application has it.

    Later declarations would be on some applications and not on others; as a blueprint of Flask
    does, it refuses them.
    """

    def __init__(self) -> None:
        self._routes: list[Served] = []
        self._taken = False

    def add(self, route: Served) -> None:
        """Keep one more.

        :raises SetupError: an application was given the others already.
        """
        if self._taken:
            raise SetupError(
                f"{route.method} {route.rule!r} is declared after 'rest' was put on an"
                " application, which will not have it. Declare it before init_app, or on"
                " 'Rest.of(app)'."
            )
        self._routes.append(route)

    def take(self) -> tuple[Served, ...]:
        """Return all of them, for an application."""
        self._taken = True
        return tuple(self._routes)


def bind_route(app: Flask, route: Served, limit: int) -> Operation:
    """Return what was declared as an operation of an application."""
    declaration = route.declaration
    rule = Rule(route.rule)
    Map([rule], converters=app.url_map.converters)  # to find the names in it
    place = Place(
        name=declaration.options.get("name") or declaration.function.__name__,
        method=route.method,
        rule=route.rule,
        in_rule=rule.arguments,
        limit=limit,
    )
    return bind(app, declaration, place)
