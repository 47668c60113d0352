"""It changes Flask when it is imported."""

from flask import Flask

make_response = Flask.make_response


def make_and_count(self, value):
    return make_response(self, value)


Flask.make_response = make_and_count


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
