"""What it keeps is a middleware, which can be called and leads to the application."""


class Middleware:
    inner = None

    def __call__(self, environ, start_response):
        return self.inner(environ, start_response)


class Broken:
    def __init__(self):
        self.middleware = Middleware()

    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.extensions["broken"] = True
        self.middleware.inner = app.wsgi_app
