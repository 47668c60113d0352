"""What both commands do with a name: refuse, draw, write the folder."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from .drawing import File
from .name import Name, Subject, read_name
from .target import check_target, write_files


@dataclass(frozen=True)
class Made:
    """A folder that was made.

    :param count: how many files it has.
    """

    name: Name
    target: Path
    count: int


def make_parser(prog: str, subject: Subject, choices: str) -> argparse.ArgumentParser:
    """Return a parser of a name, ``--with`` and ``--into``.

    :param choices: what ``--with`` takes, and its default.
    """
    parser = argparse.ArgumentParser(
        prog=prog,
        description=f"Make a new {subject.noun}. Needs no network and never overwrites anything.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "name",
        metavar="NAME",
        help="name of the folder and the package; a hyphen is an underscore in the package's",
    )
    parser.add_argument(
        "--with",
        dest="words",
        metavar=subject.option,
        action="append",
        default=[],
        help=f"what it is made of, repeated or with commas: {choices}",
    )
    parser.add_argument(
        "--into",
        metavar="FOLDER",
        default=".",
        help="the existing folder in which NAME is made (default: the current one)",
    )
    return parser


def make(text: str, into: str, subject: Subject, draw: Callable[[Name], list[File]]) -> Made:
    """Make a folder with everything in it, or nothing.

    :param text: the name as it was typed.
    :raises RefusalError: it cannot be made; the error says why.
    """
    name = read_name(text, subject)
    target = Path(into) / name.distribution
    check_target(target)
    files = draw(name)
    write_files(target, files)
    return Made(name, target, len(files))
