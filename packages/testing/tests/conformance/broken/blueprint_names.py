"""Its blueprint has a name that others want too."""

from flask import Blueprint


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.register_blueprint(Blueprint("admin", __name__), url_prefix="/broken")
        app.extensions["broken"] = True
