"""Runs a session of this repository, after making the tools that it needs inside the checkout.

    python3 tooling/run.py demo     the main job: an application with real data, from built wheels
    python3 tooling/run.py tests    the tests

It needs Python 3.11 or newer with its venv, and the package index; nothing else. Older Pythons
read this file too, so that they can say which one is wanted: everything newer is in ``launch``.
"""

import sys

WANTED = (3, 11)


def main() -> int:
    """Hand over to ``launch``, or say which Python is wanted."""
    if sys.version_info[:2] < WANTED:
        found = ".".join(str(number) for number in sys.version_info[:3])
        sys.stderr.write(
            f"Python 3.11 or newer is needed and {sys.executable} is {found}: "
            "run 'python3.11 tooling/run.py ...', or the same with any newer Python.\n"
        )
        return 2
    from demo import refuse
    from launch import start

    return start(sys.argv[1:], {"demo": refuse})


if __name__ == "__main__":
    sys.exit(main())
