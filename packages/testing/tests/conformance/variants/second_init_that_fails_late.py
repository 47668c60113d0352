"""It refuses a second time when it has registered already."""


class Broken:
    def init_app(self, app):
        app.before_request(lambda: None)
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
