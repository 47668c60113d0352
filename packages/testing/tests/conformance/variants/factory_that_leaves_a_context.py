"""It pushes a context and leaves it."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.app_context().push()
        app.extensions["broken"] = True
