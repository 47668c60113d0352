"""It reads a setting that it does not declare."""

from stack_core import Extension


class Broken(Extension):
    name = "broken"

    def build(self, app, settings):
        return app.config.get("BROKEN_SIZE", 10)
