"""It claims a slot in the name of somebody else."""

from stack_core import Extension, Registry, Slot

MAILER = Slot("mailer")


class Broken(Extension):
    name = "broken"

    def attach(self, app, state):
        Registry.of(app).claim(MAILER, object(), owner="mail")
