"""The command: ``stack new NAME [--with EXTRA] [--into FOLDER]``."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from importlib import metadata
from pathlib import Path

from ..extras import write_install
from .name import Name, read_name
from .plan import draw
from .refusal import RefusalError
from .selection import Selection, list_choices, select
from .target import check_target, write_files


def command(argv: list[str], prog: str) -> int:
    """Make a new application and say how to start it.

    :param argv: the arguments after ``stack new``.
    :param prog: how the command is called.
    """
    arguments = _make_parser(prog).parse_args(argv)
    try:
        name = read_name(arguments.name)
        selection = select(arguments.extras)
        target = Path(arguments.into) / name.distribution
        check_target(target)
        files = draw(name, selection)
        write_files(target, files)
    except RefusalError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(_describe(name, selection, target, len(files)))
    return 0


def _make_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Make a new application. Needs no network and never overwrites anything.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        help="name of the folder and the package; a hyphen is an underscore in the package's",
    )
    parser.add_argument(
        "--with",
        dest="extras",
        metavar="EXTRA",
        action="append",
        default=[],
        help=f"what it is made of, repeated or with commas: {', '.join(list_choices())}"
        " (default: db)",
    )
    parser.add_argument(
        "--into",
        metavar="FOLDER",
        default=".",
        help="the existing folder in which NAME is made (default: the current one)",
    )
    return parser


def _describe(name: Name, selection: Selection, target: Path, count: int) -> str:
    lines = [
        f"Made {target}{os.sep} with {', '.join(selection.names) or 'no parts'}: {count} files,"
        f" package '{name.package}'.",
        "",
        f"  cd {shlex.quote(str(target))}",
    ]
    if missing := _find_missing(selection):
        lines.append(f"  {write_install(missing)}")
    if "db" in selection.names:
        lines.append("  flask db upgrade")
    return "\n".join([*lines, "  flask run", "", "Its README.md says the rest."])


def _find_missing(selection: Selection) -> tuple[str, ...]:
    """Return all extras when the distribution of one is not installed here."""
    for extra in selection.extras:
        try:
            metadata.distribution(extra.owner)
        except metadata.PackageNotFoundError:
            return selection.names
    return ()
