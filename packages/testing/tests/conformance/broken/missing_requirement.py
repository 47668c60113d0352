"""It takes for granted what may not be there."""


class Helper:
    def init_app(self, app):
        app.extensions["helper"] = []


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["helper"].append(self)
        app.extensions["broken"] = True
