"""The command ``stack constraints``."""

from __future__ import annotations

import argparse
import platform
import re
import sys

from .constraint import read_tested, render_constraints
from .inventory import Distribution
from .problem import DoctorError
from .row import merge_rows, read_own_rows, read_rows
from .screen import show

DESCRIPTION = """\
Write the known conflicts and the tested set as a constraints file: with -c it makes an installer
refuse what is known to fail, instead of going back to a release that fails later."""


def command(argv: list[str], prog: str) -> int:
    """Run ``stack constraints``."""
    parser = argparse.ArgumentParser(prog=prog, description=DESCRIPTION)
    parser.add_argument("--python", metavar="X.Y", default=platform.python_version(),
                        help="the Python that it is for (default: this one)")  # fmt: skip
    parser.add_argument("--rows", metavar="FILE", action="append", default=[],
                        help="known conflicts of your own, as JSON; repeatable")  # fmt: skip
    parser.add_argument("--output", metavar="FILE", help="where it is written; else it is printed")
    arguments = parser.parse_args(argv)
    try:
        text = _render(arguments)
        if arguments.output:
            _write(arguments.output, text)
    except DoctorError as error:
        print(f"Error: {show(error, 2_000)}", file=sys.stderr)
        return 2
    if not arguments.output:
        print(text, end="")
    return 0


def _render(arguments: argparse.Namespace) -> str:
    if not re.fullmatch(r"\d+\.\d+(\.\d+)?", arguments.python):
        raise DoctorError(f"'{arguments.python}' is no version of Python. Write one as 3.12.")
    tested = read_tested()
    if not Distribution("python", arguments.python).within(tested.python):
        raise DoctorError(
            f"Python {arguments.python} is not in the tested set, which is for {tested.python}."
            " Name one that is."
        )
    rows = read_own_rows()
    for file in arguments.rows:
        rows = merge_rows(rows, read_rows(file))
    return render_constraints(rows, tested.ranges, arguments.python)


def _write(file: str, text: str) -> None:
    try:
        with open(file, "w", encoding="utf-8") as target:
            target.write(text)
    except OSError as error:
        raise DoctorError(
            f"'{file}' cannot be written ({error.strerror}). Name another file."
        ) from None
