"""It adds a header to every answer."""


def add_header(response):
    response.headers["X-Broken"] = "1"
    return response


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.after_request(add_header)
        app.extensions["broken"] = True
