"""It sets the session interface and does not say so."""

from flask.sessions import SecureCookieSessionInterface


class BrokenSessions(SecureCookieSessionInterface):
    pass


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.session_interface = BrokenSessions()
        app.extensions["broken"] = True
