"""It reads a file of the machine when it is imported."""

from pathlib import Path

Path("/etc/hosts").read_text()


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
