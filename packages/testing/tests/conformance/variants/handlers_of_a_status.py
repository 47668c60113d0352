"""It takes away the handler that is there."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.error_handler_spec[None].pop(404, None)
        app.extensions["broken"] = True
