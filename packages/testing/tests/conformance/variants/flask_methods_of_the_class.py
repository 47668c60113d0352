"""It replaces a method of the class, and so of every application."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        make = type(app).make_response

        def make_and_count(self, rv):
            return make(self, rv)

        type(app).make_response = make_and_count
        app.extensions["broken"] = True
