"""It runs a program when it is imported."""

import subprocess

subprocess.run(["true"], check=True)


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
