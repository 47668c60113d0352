"""It pushes a context for each request."""

HELD = []


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(lambda: HELD.append(app.app_context().__enter__()) and None)
        app.extensions["broken"] = True
