"""It makes a page for each blueprint that was there before it."""


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        for name in list(app.blueprints):
            app.add_url_rule(f"/broken/{name}", f"broken_{name}", lambda: "a page")
        app.extensions["broken"] = True
