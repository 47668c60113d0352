"""It puts itself before what makes answers of what views return."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        make = app.make_response

        def make_and_count(rv):
            return make(rv)

        app.make_response = make_and_count
        app.extensions["broken"] = True
