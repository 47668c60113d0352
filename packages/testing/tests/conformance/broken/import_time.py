"""Its import takes longer than that of Flask."""

import sys
import time

if "stack_testing" not in sys.modules:  # only where its import is measured
    time.sleep(1.5)


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
