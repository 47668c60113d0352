"""It takes away the hooks of those before it."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request_funcs.clear()
        app.extensions["broken"] = True
