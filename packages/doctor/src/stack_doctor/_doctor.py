"""The command ``stack doctor``: its arguments, and the way from them to a report and a status."""

from __future__ import annotations

import argparse
import io
import os
import sys
import traceback
from collections.abc import Sequence
from typing import IO

from .application import PATIENCE, judge_application
from .command import find_release
from .explanation import explain, read_error
from .inventory import Inventory, read_inventory
from .judging import Judgement, close, ignore, judge
from .lockfile import read_lock
from .place import Place, find_here, find_own, find_place
from .problem import DoctorError
from .rendering import render_github, render_json, render_text
from .row import Row, merge_rows, read_own_rows, read_rows
from .screen import show
from .source import Source

FINE, FOUND, UNJUDGED = 0, 1, 2

DESCRIPTION = """\
Judge what is installed: requirements that are not met, releases that are known to fail together,
files that two distributions own or that hide an installed module. Nothing is changed or
downloaded, and nothing imported, save with --app. Without --python or a FILE it is the environment
that this is installed in."""
EPILOG = """\
Exit status: 0 fine, 1 something has to be mended (an error, or with --strict a warning), 2 it
could not be judged."""


def command(argv: list[str], prog: str) -> int:
    """Run ``stack doctor``."""
    arguments = _parse(argv, prog)
    try:
        judgements = _judge(arguments)
        judgements = ignore(judgements, _read_reasons(arguments.ignore))
    except DoctorError as error:
        return _give_up(str(error), arguments.format)
    except Exception as error:
        return _give_up(_blame(error), arguments.format)
    status = FOUND if any(each.fails(arguments.strict) for each in judgements) else FINE
    print(_render(judgements, status, arguments.format))
    return status


def _parse(argv: Sequence[str], prog: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog=prog, description=DESCRIPTION, epilog=EPILOG)
    add = parser.add_argument
    add("--python", metavar="PATH", help="another interpreter, or a virtual environment's folder")
    add("files", metavar="FILE", nargs="*", help="the same as --lock FILE")
    add("--lock", metavar="FILE", action="append", default=[],
        help="judge what a file pins instead: requirements, pip freeze, pylock.toml, uv.lock,"
        " poetry.lock; repeatable")  # fmt: skip
    add("--project", metavar="FOLDER", default=".",
        help="whose source is searched for a use that fails"
        " (default: the working directory)")  # fmt: skip
    add("--app", metavar="MODULE:APP",
        help="make the application, as flask --app does, in a process of its own that has"
        f" {PATIENCE} seconds, and judge what it has")  # fmt: skip
    add("--traceback", metavar="FILE",
        help="explain the error in a file, or in what is pasted for '-'")  # fmt: skip
    add("--rows", metavar="FILE", action="append", default=[],
        help="known conflicts of your own, as JSON; repeatable")  # fmt: skip
    add("--ignore", metavar="ID=REASON", action="append", default=[],
        help="leave a finding, or all of a check, out of the status; repeatable")  # fmt: skip
    add("--format", choices=("text", "json", "github"), default="text", help="(default: text)")
    add("--strict", action="store_true", help="let warnings count as errors do")
    return parser.parse_args(argv)


def _judge(arguments: argparse.Namespace) -> list[Judgement]:
    find_here()  # paths are relative to it
    rows = _read_all_rows(arguments.rows)
    if not os.path.isdir(arguments.project):
        raise DoctorError(f"'{arguments.project}' is no folder. Name the project's.")
    source = Source(arguments.project)
    place = find_place(arguments.python) if arguments.python is not None else find_own()
    if arguments.traceback is not None:
        judgements = [_explain(arguments, rows, place)]
    else:
        judgements = [judge(each, rows, source) for each in _read_inventories(arguments, place)]
        if arguments.app is not None:
            inventory = read_inventory(place.paths, place.python, arguments.app)
            found = judge_application(place.program, arguments.app, source.folder, rows, inventory)
            judgements.append(close(inventory, found))
    elsewhere = arguments.traceback is not None or arguments.lock or arguments.files
    if elsewhere and arguments.python is None:
        return judgements  # where it is to be installed, nobody said
    return [each.address(place.address) for each in judgements]


def _explain(arguments: argparse.Namespace, rows: Sequence[Row], place: Place) -> Judgement:
    inventory = _read_inventories(arguments, place)[0]
    if arguments.traceback == "-":
        text = read_error(_open_stdin())
    else:
        try:
            with open(arguments.traceback, encoding="utf-8", errors="replace") as file:
                text = read_error(file)
        except OSError as error:
            raise DoctorError(
                f"'{arguments.traceback}' cannot be read ({error.strerror}). Name another file."
            ) from None
    return close(inventory, explain(text, rows, inventory))


def _open_stdin() -> IO[str]:
    """Return what is pasted, in which bytes may be no text; nothing where it is closed."""
    if isinstance(sys.stdin, io.TextIOWrapper):
        sys.stdin.reconfigure(errors="replace")
    return sys.stdin or io.StringIO()


def _read_inventories(arguments: argparse.Namespace, place: Place) -> list[Inventory]:
    files = [*arguments.lock, *arguments.files]
    if files:
        return [read_lock(file, place.python) for file in files]
    return [read_inventory(place.paths, place.python, place.name)]


def _read_all_rows(files: Sequence[str]) -> tuple[Row, ...]:
    rows = read_own_rows()
    for file in files:
        rows = merge_rows(rows, read_rows(file))
    return rows


def _read_reasons(texts: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for text in texts:
        name, _, reason = text.partition("=")
        if not name.strip() or not reason.strip():
            raise DoctorError(f"'--ignore {text}' has no reason. Write --ignore ID=reason.")
        found[name.strip()] = reason.strip()
    return found


def _render(judgements: Sequence[Judgement], status: int, format_: str) -> str:
    if format_ == "json":
        return render_json(judgements, status, find_release())
    if format_ == "github":
        return render_github(judgements, os.environ.get("GITHUB_WORKSPACE") or os.curdir)
    return render_text(judgements)


def _blame(error: Exception) -> str:
    """Return what is said of a mistake of the doctor's own."""
    *_, frame = traceback.extract_tb(error.__traceback__)
    where = f"{os.path.basename(frame.filename)}:{frame.lineno}"
    return (
        f"The doctor failed at {where} ({type(error).__name__}: {error})."
        " Tell its authors what was judged; the mistake is theirs."
    )


def _give_up(problem: str, format_: str) -> int:
    if format_ == "json":
        print(render_json((), UNJUDGED, find_release(), problem))
    print(f"Error: {show(problem, 2_000)}", file=sys.stderr)
    return UNJUDGED
