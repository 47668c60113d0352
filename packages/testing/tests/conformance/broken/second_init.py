"""It adds its hook as often as it is told."""


class Broken:
    def init_app(self, app):
        app.before_request(lambda: None)
        app.extensions["broken"] = True
