"""Its teardown takes for granted that there was a request."""

from flask import g


def begin():
    g.broken = ["something"]


def end(error):
    g.broken.clear()


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(begin)
        app.teardown_appcontext(end)
        app.extensions["broken"] = True
