"""It sets the JSON provider and does not say so."""

from flask.json.provider import DefaultJSONProvider


class BrokenProvider(DefaultJSONProvider):
    pass


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.json = BrokenProvider(app)
        app.extensions["broken"] = True
