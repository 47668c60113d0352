"""Addresses under the interface that lead nowhere."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from .handling import make_problem


def answer_missing(app: Flask, prefix: str) -> None:
    """Answer unknown addresses and methods under a prefix with problems.

    No endpoint was found for them, so that no blueprint's handlers are asked.
    """

    def answer() -> Any:
        error = request.routing_exception
        if error is None and request.method != "OPTIONS":
            return None
        if not is_below(request.path, prefix):
            return None
        if error is None:
            return _tell_methods(app)
        if isinstance(error, RequestRedirect) or not isinstance(error, HTTPException):
            return None
        return make_problem(error).get_response()

    app.before_request(answer)


def is_below(path: str, prefix: str) -> bool:
    """Tell whether a path is of the interface: its prefix, or one that begins with it."""
    return path == prefix or path.startswith(f"{prefix}/")


def _tell_methods(app: Flask) -> Any:
    """Answer what there is at an address; a rule with a place for a key may fit it as well."""
    here = request.url_rule
    if here is None or not getattr(here, "provide_automatic_options", False):
        return None
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule == here.rule]
    methods = sorted({method for rule in rules for method in rule.methods or ()})
    answer = app.response_class(b"", 200, {"Allow": ", ".join(methods)})
    answer.headers.pop("Content-Type", None)
    return answer
