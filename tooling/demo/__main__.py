"""Runs the demo: ``python tooling/demo``, by the Python of the tools."""

import sys
from pathlib import Path

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).resolve().parents[1])
    from demo.command import main

    sys.exit(main(sys.argv[1:]))
