"""The answer to a problem, made without a detour where nobody else wants to make it."""

from __future__ import annotations

from typing import Any

from flask import current_app
from werkzeug.exceptions import HTTPException

from ..response import make_answer
from .handling import find_own_handler, make_problem
from .renderer import MEDIA_TYPE, ProblemJson


class Answering:
    """Answers the problems that operations raise.

    :param renderer: of the application.
    """

    def __init__(self, renderer: ProblemJson) -> None:
        self._renderer = renderer

    def answer(self, error: HTTPException) -> Any:
        """Return the answer.

        :raises HTTPException: the application has a handler of its own for it, which Flask finds.
        """
        app = current_app
        if find_own_handler(app, error) is not None or app.config["TRAP_HTTP_EXCEPTIONS"]:
            raise error
        if error.response is not None:
            return error.response
        problem = make_problem(error)
        body = self._renderer.render(problem)
        answer = make_answer(body, problem.status, MEDIA_TYPE)
        answer.headers["Cache-Control"] = "no-store"
        if problem.headers:
            answer.headers.update(problem.headers)
        return answer
