"""It has a setting without its prefix."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.config.setdefault("PAGE_SIZE", 10)
        app.extensions["broken"] = True
