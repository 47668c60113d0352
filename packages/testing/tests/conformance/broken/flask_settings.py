"""It bounds the requests of the whole application, for the sake of its own."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.config["MAX_CONTENT_LENGTH"] = 1_000_000
        app.extensions["broken"] = True
