"""It sets an option of the JSON provider, which holds for all views."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.json.ensure_ascii = False
        app.extensions["broken"] = True
