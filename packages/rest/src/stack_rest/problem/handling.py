"""Every error of Flask's and of werkzeug's under the interface, as a problem."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import Blueprint, Flask, current_app, request
from werkzeug.exceptions import HTTPException, default_exceptions
from werkzeug.http import HTTP_STATUS_CODES

from stack_core.problem import Problem

_KEPT = ("Allow", "Retry-After", "WWW-Authenticate", "Content-Range")
"""Headers of an error that its problem has too."""


def answer_errors(blueprint: Blueprint) -> None:
    """Answer the errors of a blueprint's endpoints with problems.

    Handlers of an application for its own classes of errors come first; those for a mere status
    are for its pages.
    """

    def handle(error: HTTPException) -> Any:
        own = find_own_handler(current_app, error)
        if own is not None:
            return current_app.ensure_sync(own)(error)
        if error.response is not None:
            return error
        return make_problem(error).get_response()

    for code in default_exceptions:
        blueprint.register_error_handler(code, handle)


def find_own_handler(app: Flask, error: Exception) -> Callable[..., Any] | None:
    """Return the handler of an error's own class, if the class is the application's own.

    Those of the current request's blueprints come first, as everywhere in Flask.
    """
    for scope in (*request.blueprints, None):
        handlers = app.error_handler_spec.get(scope)
        found = _find_in(handlers, error) if handlers else None
        if found is not None:
            return found
    return None


def _find_in(
    handlers: Mapping[Any, Mapping[Any, Callable[..., Any]]], error: Exception
) -> Callable[..., Any] | None:
    for cls in type(error).__mro__:
        if cls is Problem:
            break
        if cls.__module__.partition(".")[0] in ("werkzeug", "builtins"):
            continue
        for code in (getattr(error, "code", None), None):
            if (found := handlers.get(code, {}).get(cls)) is not None:
                return found
    return None


def make_problem(error: HTTPException) -> Problem:
    """Return an error of HTTP as a problem; of a failure nothing is told."""
    if isinstance(error, Problem):
        return error
    status = error.code or 500
    headers = {name: value for name, value in error.get_headers() if name in _KEPT}
    plain = status >= 500 or error.description == type(error).description
    detail = "" if plain else (error.description or "")
    title = HTTP_STATUS_CODES.get(status, "Error")
    return Problem(detail, status=status, title=title, headers=headers)
