"""Addresses under the interface that lead nowhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from stack_core.problem import Problem

from .handling import make_problem


def answer_missing(app: Flask, prefix: str, show: Callable[[Problem], Any]) -> None:
    """Answer unknown addresses and methods under a prefix with problems.

    No endpoint was found for them, so that no blueprint's handlers are asked.

    :param show: makes the answer to a problem.
    """
    below = f"{prefix}/"

    def answer() -> Any:
        error = request.routing_exception
        if error is None or not (request.path == prefix or request.path.startswith(below)):
            return None
        if isinstance(error, RequestRedirect) or not isinstance(error, HTTPException):
            return None
        return show(make_problem(error))

    app.before_request(answer)
