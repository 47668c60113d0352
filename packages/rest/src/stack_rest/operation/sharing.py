"""Answers to pages of other origins (CORS), as far as the settings name them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from ..http.idempotency import REPLAYED
from ..http.limit import POLICY, STATE
from ..http.origin import ANY, Origins
from .gate import MARK, Gate

EXPOSED = ", ".join(
    ("ETag", "Link", "Location", "Retry-After", POLICY, STATE, REPLAYED, "X-Request-ID")
)
"""Headers that a page's script may read beside those that every script may."""
_METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
_NAMES = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+(?: *, *[A-Za-z0-9!#$%&'*+.^_`|~-]+)*")


class Sharing:
    """Lets pages of other origins call the operations of one application.

    :param max_age: seconds for which a browser may keep what it was told beforehand.
    """

    def __init__(self, app: Flask, origins: Origins, *, max_age: int) -> None:
        self._app = app
        self._origins = origins
        self._max_age = str(max_age)

    def attach(self) -> None:
        """Ask before every request and after it, where any origin is named at all."""
        if self._origins:
            self._app.before_request(self.answer_preflight)
            self._app.after_request(self.share)

    def answer_preflight(self) -> Response | None:
        """Tell a browser what it may send, before it does; None: it is no such question."""
        asked = request.headers.get("Access-Control-Request-Method")
        if request.method != "OPTIONS" or not asked or not self._allows():
            return None
        methods = list(self._find_methods())
        if asked not in methods:
            return None
        answer = self._app.response_class(status=204)
        answer.headers["Access-Control-Allow-Methods"] = ", ".join(methods)
        answer.headers["Access-Control-Max-Age"] = self._max_age
        names = request.headers.get("Access-Control-Request-Headers", "")
        if _NAMES.fullmatch(names):
            answer.headers["Access-Control-Allow-Headers"] = names
        answer.vary.update(("Access-Control-Request-Method", "Access-Control-Request-Headers"))
        return answer

    def share(self, response: Response) -> Response:
        """Let the page read the answer of an operation, a problem too."""
        if not self._is_operation(request.endpoint):
            return response
        if not self._origins.any:
            response.vary.add("Origin")
        if not self._allows():
            return response
        origin = ANY if self._origins.any else request.headers["Origin"]
        response.headers["Access-Control-Allow-Origin"] = origin
        if self._origins.credentials:
            response.headers["Access-Control-Allow-Credentials"] = "true"
        if request.method != "OPTIONS":
            response.headers["Access-Control-Expose-Headers"] = EXPOSED
        return response

    def _allows(self) -> bool:
        origin = request.headers.get("Origin")
        return bool(origin) and self._origins.allows(origin or "")

    def _is_operation(self, endpoint: str | None) -> bool:
        view = self._app.view_functions.get(endpoint or "")
        return isinstance(view, Gate) or hasattr(view, MARK)

    def _find_methods(self) -> Iterator[str]:
        """Yield the methods of the operations at this address."""
        adapter = self._app.create_url_adapter(request)
        if adapter is None:
            return
        for method in _METHODS:
            try:
                endpoint, _ = adapter.match(method=method)
            except HTTPException:
                continue
            if self._is_operation(endpoint):
                yield method
