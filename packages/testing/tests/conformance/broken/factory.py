"""It asks for the current application when it is put on one."""

from flask import current_app


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        current_app.config.setdefault("BROKEN_SIZE", 10)
        app.extensions["broken"] = True
