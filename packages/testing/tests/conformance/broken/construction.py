"""It cannot be made without an application."""


class Broken:
    def __init__(self, app):
        self.init_app(app)

    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
