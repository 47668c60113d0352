"""It closes its file only where a request is answered."""

from pathlib import Path

from flask import g


def begin():
    g.broken = Path(__file__).open()  # noqa: SIM115  # the rule is about that


def end(response):
    g.broken.close()
    return response


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(begin)
        app.after_request(end)
        app.extensions["broken"] = True
