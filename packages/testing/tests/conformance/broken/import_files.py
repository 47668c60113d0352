"""It writes a file when it is imported."""

from pathlib import Path

Path(__file__).with_name("written.txt").write_text("Written.")


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
