"""It answers 404 for everybody."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.register_error_handler(404, lambda error: ({"error": "not found"}, 404))
        app.extensions["broken"] = True
