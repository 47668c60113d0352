"""``python -m stack`` is the command ``stack``."""

import sys

from stack_doctor import main

if __name__ == "__main__":
    sys.exit(main())
