"""It answers exceptions itself, also those that have a handler."""

from werkzeug.exceptions import HTTPException, InternalServerError


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        handle = app.handle_user_exception

        def handle_otherwise(error):
            if isinstance(error, HTTPException):
                return handle(error)
            return InternalServerError()

        app.handle_user_exception = handle_otherwise
        app.extensions["broken"] = True
