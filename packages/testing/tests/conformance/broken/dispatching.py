"""It puts itself before Flask's handling of exceptions."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        handle = app.handle_user_exception

        def handle_and_count(error):
            return handle(error)

        app.handle_user_exception = handle_and_count
        app.extensions["broken"] = True
