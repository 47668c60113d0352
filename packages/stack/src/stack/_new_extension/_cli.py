"""The command: ``stack new-extension NAME [--with SEAM] [--license ID] [--authors TEXT]``."""

from __future__ import annotations

import os
import shlex
import sys

from .._new.making import Made, make, make_parser
from .._new.refusal import RefusalError
from .choice import CHOICES, select
from .plan import LICENSES, draw, read_authors
from .subject import EXTENSION, refuse_taken


def command(argv: list[str], prog: str) -> int:
    """Make a new extension and say how to test it.

    :param argv: the arguments after ``stack new-extension``.
    :param prog: how the command is called.
    """
    parser = make_parser(prog, EXTENSION, f"{', '.join(CHOICES)} (default: db,rest)")
    parser.add_argument(
        "--license",
        choices=LICENSES,
        default=LICENSES[0],
        help=f"under which others may use it (default: {LICENSES[0]})",
    )
    parser.add_argument(
        "--authors",
        metavar="TEXT",
        default="",
        help="who it is by, in its metadata and license (default: the NAME authors)",
    )
    arguments = parser.parse_args(argv)
    try:
        seams = select(arguments.words)
        authors = read_authors(arguments.authors)
        refuse_taken(arguments.name)
        made = make(
            arguments.name,
            arguments.into,
            EXTENSION,
            lambda name: draw(name, seams, arguments.license, authors),
        )
    except RefusalError as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    print(_describe(made, seams))
    return 0


def _describe(made: Made, seams: tuple[str, ...]) -> str:
    lines = [
        f"Made {made.target}{os.sep} with {', '.join(seams) or 'no seams'}: {made.count} files,"
        f" package '{made.name.package}'.",
        "",
        f"  cd {shlex.quote(str(made.target))}",
        "  uv pip install --editable . --group dev",
        "  pytest",
        "",
        "Its README.md says the rest.",
    ]
    return "\n".join(lines)
