"""The command: ``stack new NAME [--with EXTRA] [--into FOLDER]``."""

from __future__ import annotations

import os
import shlex
import sys
from importlib import metadata

from ..extras import write_install
from .making import Made, make, make_parser
from .name import APPLICATION
from .plan import draw
from .refusal import RefusalError
from .selection import Selection, list_choices, select


def command(argv: list[str], prog: str) -> int:
    """Make a new application and say how to start it.

    :param argv: the arguments after ``stack new``.
    :param prog: how the command is called.
    """
    choices = f"{', '.join(list_choices())} (default: db)"
    arguments = make_parser(prog, APPLICATION, choices).parse_args(argv)
    try:
        selection = select(arguments.words)
        made = make(
            arguments.name, arguments.into, APPLICATION, lambda name: draw(name, selection)
        )
    except RefusalError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(_describe(made, selection))
    return 0


def _describe(made: Made, selection: Selection) -> str:
    lines = [
        f"Made {made.target}{os.sep} with {', '.join(selection.names) or 'no parts'}:"
        f" {made.count} files, package '{made.name.package}'.",
        "",
        f"  cd {shlex.quote(str(made.target))}",
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
