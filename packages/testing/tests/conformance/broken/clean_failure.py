"""It registers first and reads its settings then."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(lambda: None)
        int(app.config.get("BROKEN_SIZE", 10))
        app.extensions["broken"] = True
