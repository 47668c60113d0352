"""A stranger that does what looks like harm and is none."""

from datetime import timedelta

from flask import Flask, current_app
from flask.sessions import SecureCookieSessionInterface

WEEK = timedelta(days=7)


class Lasting(SecureCookieSessionInterface):
    def get_cookie_httponly(self, app: Flask) -> bool:
        return False


class Good:
    def __init__(self) -> None:
        self.app = current_app

    def init_app(self, app: Flask) -> None:
        app.config.setdefault("GOOD_WEEK", WEEK)
        app.logger.debug("It asks for the logger, which applications of one name share.")
        app.jinja_env.add_extension("jinja2.ext.do")
        if not isinstance(app.session_interface, Lasting):
            app.session_interface = Lasting()
