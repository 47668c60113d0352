"""It has a list of all applications."""

ALL = []


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        ALL.append(app)
        app.extensions["broken"] = True
