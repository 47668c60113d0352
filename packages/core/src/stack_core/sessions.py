"""Flask's signed sessions, opened without work where there is none.

Flask makes a signer for every request, which is a sixth of what a small answer costs. Where no
session was sent there is nothing to verify, and where nobody looked there is nothing to save.
"""

from __future__ import annotations

from flask import Flask, Request, Response
from flask.sessions import SecureCookieSessionInterface, SessionMixin


class QuickSessions(SecureCookieSessionInterface):
    """The same sessions as Flask's own, in the same cookie."""

    def open_session(self, app: Flask, request: Request) -> SessionMixin | None:  # type: ignore[override]
        """Return the session of a request; an empty one where the browser sent none."""
        sent = request.environ.get("HTTP_COOKIE", "")
        if app.secret_key and self.get_cookie_name(app) not in sent:
            return self.session_class()
        return super().open_session(app, request)

    def save_session(self, app: Flask, session: SessionMixin, response: Response) -> None:
        """Send the session back, as Flask does; one that nobody looked at has nothing to say."""
        if session or session.modified or session.accessed:
            super().save_session(app, session, response)


def quicken_sessions(app: Flask) -> None:
    """Let an application open its sessions without work, unless it has an interface of its own."""
    if type(app.session_interface) is SecureCookieSessionInterface:
        app.session_interface = QuickSessions()
