"""It sets many settings at once."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.config.update(PAGE_SIZE=10)
        app.extensions["broken"] = True
