"""The id of its finding says not whose it is."""

from stack_core import Extension, Finding


class Broken(Extension):
    name = "broken"

    def checks(self, app):
        yield Finding("bad", "info", "Something is bad.", "Mend it.")
