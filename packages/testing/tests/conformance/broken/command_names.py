"""Its command has a name that others want too."""

import click


class Broken:
    def init_app(self, app):
        if "broken" in app.extensions:
            raise RuntimeError("'Broken' is on this application already.")
        app.cli.add_command(click.Command("db"))
        app.extensions["broken"] = True
