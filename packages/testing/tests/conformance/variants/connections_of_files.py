"""It keeps every file that it has opened."""

from pathlib import Path

HELD = []


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(lambda: HELD.append(Path(__file__).open()))  # noqa: SIM115
        app.extensions["broken"] = True
