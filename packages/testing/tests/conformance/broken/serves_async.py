"""It keeps on the thread what belongs to a request."""

import threading

HELD = threading.local()


def begin():
    HELD.value = 1


def use(app):
    return HELD.value


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.before_request(begin)
        app.extensions["broken"] = True
