"""It puts an attribute on the application."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.mailer = object()
        app.extensions["broken"] = True
