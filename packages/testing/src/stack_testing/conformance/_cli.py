"""The command: ``stack conform PACKAGE:EXTENSION``."""

from __future__ import annotations

import argparse
import sys
import tomllib
from pathlib import Path
from typing import Any

from .ability import ABILITIES
from .judging import judge
from .rendering import FORMATS
from .report import Report
from .rule import LEVELS
from .subject import Subject
from .wording import show

STATUS = {"conforms": 0, "does-not-conform": 1, "not-judged": 2}


class Refusal(Exception):
    """What was typed cannot be used; the text says why."""


def command(argv: list[str], prog: str) -> int:
    """Judge an extension and say what was found.

    :param argv: the arguments after ``stack conform``.
    :param prog: how the command is called.
    """
    given = _make_parser(prog).parse_args(argv)
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)  # as ``flask --app`` does
    try:
        report = _judge(given)
        _write(FORMATS[given.format](report), given.output)
    except (Refusal, ValueError) as error:
        print(f"Error: {error}", file=sys.stderr)
        return 2
    if report.verdict == "not-judged" and (given.format != "table" or given.output):
        print(f"Error: {show(report.reason)}", file=sys.stderr)
    return STATUS[report.verdict]


def _judge(given: argparse.Namespace) -> Report:
    subject = Subject(
        target=given.target,
        settings=dict(_read_pair(each) for each in given.settings),
        others=tuple(given.others),
        use=given.use,
        names=tuple(given.names),
    )
    return judge(
        subject,
        abilities=given.abilities,
        exemptions=dict(_split(each, "--exempt RULE=REASON") for each in given.exempt),
        level=given.level,
        rules=given.rules,
    )


def _split(text: str, form: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        missing = "no key" if sign else "no '='"
        raise Refusal(f"{text!r} has {missing}. Write {form}.")
    return name.strip(), value.strip()


def _read_pair(text: str) -> tuple[str, Any]:
    """Return a key and its value: as TOML writes values, else the text itself."""
    key, value = _split(text, "--setting KEY=VALUE")
    try:
        return key, tomllib.loads(f"value = {value}")["value"]
    except tomllib.TOMLDecodeError:
        return key, value


def _write(text: str, output: str | None) -> None:
    if output is None:
        print(text)
        return
    try:
        Path(output).write_text(text + "\n", "utf-8")
    except OSError as error:
        raise Refusal(
            f"{output!r} cannot be written ({error.strerror}). Name another file."
        ) from None


def _make_parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Judge an extension of Flask by the rules of the protocol. Anything that has"
        " init_app can be judged. Exit 0: it conforms; 1: it does not; 2: it could not be judged.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "target",
        metavar="PACKAGE:EXTENSION",
        help="a class with init_app, a function that returns an object with one, or the object",
    )
    _add_many(parser, "--setting", "settings", "KEY=VALUE", "a key of app.config, as TOML")
    _add_many(
        parser, "--with", "others", "PACKAGE:EXTENSION", "put this on the application before"
    )
    _add_many(parser, "--ability", "abilities", "NAME", f"what it may do: {', '.join(ABILITIES)}")
    _add_many(parser, "--name", "names", "NAME", "another beginning of names that are its own")
    _add_many(parser, "--exempt", "exempt", "RULE=REASON", "why a rule does not hold here")
    _add_many(parser, "--rule", "rules", "RULE", "judge by this rule only")
    parser.add_argument(
        "--use",
        metavar="PACKAGE:FUNCTION",
        help="called with the application within a request, to use the extension there",
    )
    parser.add_argument(
        "--level",
        choices=LEVELS,
        default="required",
        help="what fails at this level or above does not conform (default: required)",
    )
    parser.add_argument(
        "--format", choices=tuple(FORMATS), default="table", help="(default: table)"
    )
    parser.add_argument("--output", metavar="FILE", help="write there and not to the screen")
    return parser


def _add_many(
    parser: argparse.ArgumentParser, option: str, dest: str, metavar: str, text: str
) -> None:
    many: list[str] = []
    parser.add_argument(
        option,
        dest=dest,
        metavar=metavar,
        action="append",
        default=many,
        help=f"{text}; repeatable",
    )
