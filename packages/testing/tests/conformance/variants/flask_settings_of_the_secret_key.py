"""It signs with a key of its own, so that the sessions of the application's are lost."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.secret_key = "a-key-of-the-extension-0123456789"
        app.extensions["broken"] = True
