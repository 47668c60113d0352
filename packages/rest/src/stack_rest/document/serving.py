"""The document, its pages and the types of problems, at addresses of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import lru_cache
from hashlib import blake2b
from typing import Any

import msgspec
from flask import Response, current_app, request

from ..http.etag import hold_conditions
from ..http.media_type import JSON
from ..state import RestState
from .document import Document, make_document
from .page import serve_page
from .problem_types import serve_types
from .yaml_text import write_yaml

Write = Callable[[Document], str]
_ROOTS = 8
"""An application is mounted at one path, or at a few."""


class Edition(msgspec.Struct, frozen=True):
    """The document in one format, as it is sent."""

    body: bytes
    etag: str


def write_json(document: Document) -> str:
    """Return a document as JSON for people, in the same bytes each time."""
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


FORMATS: dict[str, tuple[str, Write]] = {
    "json": (JSON, write_json),
    "yaml": ("application/yaml", write_yaml),
}
"""The media type of each format, and what writes it."""


def serve_document(state: RestState) -> None:
    """Serve the document and its pages, unless the settings say not to, and the types of problems.

    It is made at the first request for it, when everything is on the application, and kept.
    """
    serve_types(state)
    if not state.settings.docs:
        return
    for name, (media_type, write) in FORMATS.items():
        view = _make_view(state, media_type, write)
        state.add_own(f"/openapi.{name}", f"openapi_{name}", view)
    serve_page(state)


def _make_view(state: RestState, media_type: str, write: Write) -> Callable[[], Response]:
    @lru_cache(_ROOTS)
    def edit(root: str) -> Edition:
        body = write(make_document(state.app, state, root=root)).encode()
        return Edition(body, blake2b(body, digest_size=16).hexdigest())

    def show() -> Any:
        edition = edit(request.script_root)
        answer = current_app.response_class(edition.body, content_type=media_type)
        answer.set_etag(edition.etag)
        answer.headers["Cache-Control"] = "no-cache"
        answer.headers["X-Content-Type-Options"] = "nosniff"
        return hold_conditions(answer)

    return show
