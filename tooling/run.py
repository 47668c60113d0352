"""Runs a session of this repository, after making the tools that it needs inside the checkout.

    python3 tooling/run.py demo     the main job: an application with real data, from built wheels
    python3 tooling/run.py tests    the tests

It needs Python 3.11 or newer with its venv, and the package index; nothing else. Every Python
reads this file, 2.7 too, so that it can say which one is wanted: what is newer is in ``launch``.
"""

import sys

WANTED = (3, 11)

if sys.version_info[:2] < WANTED:
    found = ".".join(str(number) for number in sys.version_info[:3])
    sys.stderr.write(
        "Python 3.11 or newer is needed and " + sys.executable + " is " + found + ": "
        "run 'python3.11 tooling/run.py ...', or the same with any newer Python.\n"
    )
    sys.exit(2)

if __name__ == "__main__":
    from pathlib import Path

    # PYTHONSAFEPATH keeps a script's own folder off the path.
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    from demo import refuse
    from launch import start

    sys.exit(start(sys.argv[1:], {"demo": refuse}))
