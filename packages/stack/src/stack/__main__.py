"""``python -m stack`` is the command ``stack``, found as every other part is: by entry point."""

import sys
from importlib.metadata import distribution

if __name__ == "__main__":
    entries = distribution("stack-doctor").entry_points
    (script,) = entries.select(group="console_scripts", name="stack")
    sys.exit(script.load()())
