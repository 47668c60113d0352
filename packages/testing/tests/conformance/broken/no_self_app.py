"""It keeps the application in something that it holds."""


class Box:
    app = None


class Broken:
    def __init__(self):
        self._box = Box()

    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        self._box.app = app
        app.extensions["broken"] = True
