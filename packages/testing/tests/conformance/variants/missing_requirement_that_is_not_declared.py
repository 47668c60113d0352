"""It needs another extension and does not say so."""

from stack_core import Extension, Registry


class Helper(Extension):
    name = "helper"


class Broken(Extension):
    name = "broken"

    def build(self, app, settings):
        return Registry.of(app)["helper"].state
