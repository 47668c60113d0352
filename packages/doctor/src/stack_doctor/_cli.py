"""The console script: it finds a subcommand, loads it guarded, and runs it."""

from __future__ import annotations

import errno
import io
import os
import platform
import sys
from collections.abc import Sequence
from importlib import metadata

from .command import OWN, Catalogue, Command, CommandError, make_own, read_catalogue
from .screen import show

USAGE = "usage: stack [--help] [--version] COMMAND ..."

#: The longest line that a command is told with.
LONGEST = 100
#: The statuses that a shell gives to what SIGINT and SIGPIPE end.
INTERRUPTED = 130
PIPE_CLOSED = 141


def main(argv: Sequence[str] | None = None) -> int:
    """Run ``stack`` and return its exit status.

    :param argv: the arguments after the program's name; those of the process when left out.
    """
    if isinstance(sys.stdout, io.TextIOWrapper):
        # Paths and names may hold what the terminal cannot show; that is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        status = _dispatch(list(sys.argv[1:] if argv is None else argv))
        if sys.stdout is not None:  # the shell may have closed it
            sys.stdout.flush()
    except KeyboardInterrupt:
        print("\nInterrupted.", file=sys.stderr)
        return INTERRUPTED
    except BrokenPipeError:
        _mute()
        return PIPE_CLOSED
    except OSError as error:
        if error.errno != errno.ENOSPC or error.filename is not None:
            raise
        _mute()
        return _refuse(f"Error: The output cannot be written ({error.strerror}). Make room.")
    return status


def _mute() -> None:
    # Python flushes stdout once more at exit, which must not fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(argv: list[str]) -> int:
    first = argv[0] if argv else ""
    if first in ("-h", "--help"):
        print(_describe(read_catalogue()))
        return 0
    if first in ("-V", "--version"):
        print(_describe_versions())
        return 0
    if not first or first.startswith("-"):
        problem = f"{first!r} is not an option of stack." if first else "Name a command."
        return _refuse(f"{USAGE}\n{problem} 'stack --help' lists the commands.")
    try:
        # Ours need nobody's metadata, which may be what is broken.
        offer = make_own(first) if first in OWN else read_catalogue().get_offer(first)
        command = offer.load()
    except CommandError as error:
        return _refuse(f"Error: {show(error, 2_000)}")
    return _run(command, argv[1:], f"stack {first}")


def _run(command: Command, argv: list[str], prog: str) -> int:
    try:
        return command(argv, prog) or 0
    except SystemExit as end:
        # argparse and click end like this; returning lets stdout be flushed under our guard.
        if isinstance(end.code, str):
            print(end.code, file=sys.stderr)
            return 1
        return end.code or 0


def _refuse(text: str) -> int:
    print(text, file=sys.stderr)
    return 2


def _describe(catalogue: Catalogue) -> str:
    lines = [USAGE, "", "Commands:"]
    width = max(map(len, catalogue.offers), default=0)
    for name, offers in catalogue.offers.items():
        sources = " and ".join(offer.source for offer in offers)
        about = offers[0].about if len(offers) == 1 else "Refused: offered more than once."
        told = f"{show(about, LONGEST)} ({show(sources)})".lstrip()
        lines.append(f"  {show(name):{width}}  {told}")
    lines += [f"Not usable: {show(text)}" for text in catalogue.unreadable]
    return "\n".join([*lines, "", "'stack COMMAND --help' says more about one of them."])


def _describe_versions() -> str:
    roof, doctor = _find_version("stack"), _find_version("stack-doctor")
    first = f"stack {roof}" if roof else "stack is not installed"
    return f"{first} (stack-doctor {doctor or 'unknown'}, Python {platform.python_version()})"


def _find_version(distribution: str) -> str | None:
    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return None
