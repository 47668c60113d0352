"""``python -m stack_doctor`` is the command ``stack``."""

import sys

from ._cli import main

if __name__ == "__main__":
    sys.exit(main())
