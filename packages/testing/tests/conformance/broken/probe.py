"""Its probe fails where all is well."""

from stack_core import Extension


class Broken(Extension):
    name = "broken"

    def probe(self, app):
        raise RuntimeError("It is not ready.")
