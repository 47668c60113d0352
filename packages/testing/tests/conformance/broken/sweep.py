"""It does not say how much it swept."""

from stack_core import Extension


class Broken(Extension):
    name = "broken"

    def sweep(self, app, limit):
        return None
