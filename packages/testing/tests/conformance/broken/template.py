"""It keeps a setting of the application that it was put on last."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        self.size = app.config.get("BROKEN_SIZE", 10)
        app.extensions["broken"] = True
