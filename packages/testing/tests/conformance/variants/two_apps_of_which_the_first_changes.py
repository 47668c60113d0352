"""It sets up all applications that it knows anew."""

from weakref import WeakKeyDictionary

APPS = WeakKeyDictionary()


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        APPS[app] = True
        for known in APPS:
            known.config["BROKEN_COUNT"] = len(APPS)
        app.extensions["broken"] = True
