"""It makes an application of its own."""

from flask import Flask


class Broken:
    def __init__(self):
        Flask("other")

    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
