"""It sets a variable of the environment when it is imported."""

import os

os.environ["BROKEN"] = "1"


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
