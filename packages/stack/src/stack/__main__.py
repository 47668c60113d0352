"""``python -m stack`` is the command ``stack``, found as every other part is: by entry point."""

import sys
from importlib.metadata import entry_points

if __name__ == "__main__":
    (script,) = entry_points(group="console_scripts", name="stack")
    sys.exit(script.load()())
