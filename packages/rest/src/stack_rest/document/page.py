"""The page on which people read and try the interface: Swagger UI, and nothing of another host."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

from flask import abort, current_app, send_file

from ..http.etag import hold_conditions
from ..state import RestState

STATIC = Path(__file__).parent.parent / "static"
FILES = {
    "swagger-ui.css": STATIC / "swagger-ui" / "swagger-ui.css",
    "swagger-ui-bundle.js": STATIC / "swagger-ui" / "swagger-ui-bundle.js",
    "page.css": STATIC / "docs" / "page.css",
    "init.js": STATIC / "docs" / "init.js",
}
HEADERS = {
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "connect-src 'self'",
            "font-src 'self'",
            "base-uri 'none'",
            "form-action 'none'",
            "frame-ancestors 'none'",
        )
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}
_PAGE = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
<link rel="stylesheet" href="docs/page.css">
</head>
<body>
<main id="docs"></main>
<noscript>This page needs JavaScript. <a href="openapi.json">The document</a> does not.</noscript>
<script src="docs/swagger-ui-bundle.js"></script>
<script src="docs/init.js"></script>
</body>
</html>
"""


def serve_page(state: RestState) -> None:
    """Serve the page and its files below the prefix."""
    page = _PAGE.format(title=escape(state.settings.title))

    def show() -> Any:
        return current_app.response_class(page, content_type="text/html; charset=utf-8")

    def send(name: str) -> Any:
        if name not in FILES:
            abort(404)
        return hold_conditions(send_file(FILES[name], conditional=False))

    state.add_own("/docs", "docs", _guard(show))
    state.add_own("/docs/<name>", "docs_file", _guard(send))


def _guard(view: Any) -> Any:
    def guarded(**values: str) -> Any:
        answer = current_app.make_response(view(**values))
        answer.headers.update(HEADERS)
        return answer

    return guarded
