"""It calls what it puts on the application like something else."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["cache"] = {}
        app.extensions["broken"] = True
