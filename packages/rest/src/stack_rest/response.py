"""Flask's response, sent without looking for what an answer in JSON never has."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Response, current_app

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIEnvironment

_BARE = frozenset({*range(100, 200), 204, 304})
"""The statuses whose answers have no body."""
_PLAIN = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/?%-]*", re.ASCII)
"""An address that is written as it is sent."""


class QuickResponse(Response):
    """Flask's response, sent without looking for what an answer of JSON never has.

    werkzeug copies the headers, corrects addresses and wraps the body each
    time, which costs more than to write a small answer.
    """

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        body: Any = self.response
        if (
            type(body) is not list
            or [type(each) for each in body] != [bytes]
            or self._on_close
            or self.status_code in _BARE
        ):
            return super().__call__(environ, start_response)
        headers = self.headers.to_wsgi_list()
        measured = False
        for name, value in headers:
            name = name.lower()
            if name == "content-length":
                measured = True
            elif name.endswith("location") and not _PLAIN.fullmatch(value):
                return super().__call__(environ, start_response)
        if not measured:
            headers.append(("Content-Length", str(len(body[0]))))
        start_response(self.status, headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else body


def make_answer(body: bytes, status: int, media_type: str) -> Response:
    """Return an answer of the application's own class, or of a quick one in Flask's place."""
    kind = current_app.response_class
    if kind is Response:
        kind = QuickResponse
    return kind(body, status, content_type=media_type)
