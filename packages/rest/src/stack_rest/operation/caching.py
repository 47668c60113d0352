"""Who may keep an answer: its client alone, and asks again before it shows it once more."""

from __future__ import annotations

from flask import Response, current_app, request, session

from .operation import Operation

PRIVATE = "private, no-cache"
"""Of what was read: a browser may keep it, and asks with ``If-None-Match`` each time."""
PUBLIC = "no-cache"
"""Of what everybody may read: anybody may keep it, and asks each time."""
WRITTEN = "no-store"
"""Of what was written: nobody will ask for it again."""
_OPEN = "Accept"
_PERSONAL = "Accept, Authorization, Cookie"


class Caching:
    """Gives the answers of one operation the headers that caches obey.

    ``Cache-Control`` stays what the operation itself has set. ``Vary`` is added to.
    """

    def __init__(self, operation: Operation) -> None:
        self._safe = operation.safe
        self._public = operation.need is not None and operation.need.public

    def __call__(self, response: Response) -> Response:
        # What was written nobody keeps; and looking at the session makes Flask vary by cookie,
        # which costs as much as all else here.
        open_to_all = self._public and not (self._safe and _is_personal(response))
        headers = response.headers
        # Asking werkzeug's headers for one that is not there makes an exception each time.
        said = {name.lower() for name, _ in headers}
        if "cache-control" not in said:
            headers.add("Cache-Control", self._choose(open_to_all))
        vary = _OPEN if open_to_all else _PERSONAL
        if "vary" not in said:
            headers.add("Vary", vary)
        else:
            response.vary.update(vary.split(", "))
        return response

    def _choose(self, open_to_all: bool) -> str:
        if not self._safe:
            return WRITTEN
        return PUBLIC if open_to_all else PRIVATE


def _is_personal(response: Response) -> bool:
    """Tell whether a public answer may still be one person's, or hands out a cookie.

    A cookie that is kept with an answer would be everybody's.
    """
    if "HTTP_COOKIE" in request.environ or "HTTP_AUTHORIZATION" in request.environ:
        return True
    if "Set-Cookie" in response.headers:
        return True
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # it is a proxy
    held = session._get_current_object()  # type: ignore[attr-defined]  # it is one, too
    return bool(app.session_interface.should_set_cookie(app, held))
