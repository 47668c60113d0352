"""What the demo can be told, and what it refuses before it makes anything."""

import argparse
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NoReturn

from launch import Trouble

HOST = "127.0.0.1"
PORT = 5013


@dataclass(frozen=True)
class Options:
    """The demo's arguments, checked."""

    port: int
    serve: bool
    sample: int | None
    fresh: bool
    verbose: bool


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Trouble(f"The demo does not understand this: {message} (see 'demo --help').")


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python3 tooling/run.py demo",
        description="Build the wheels, install stack[db,rest] from them, generate an application, "
        "load the flights of New York in 2013, and serve them as pages and to programs. All of it "
        "is in .demo; a second run serves that again unless a source has changed since.",
        allow_abbrev=False,
    )
    parser.add_argument("--port", type=_port, default=PORT, help=f"serve here (default {PORT})")
    parser.add_argument("--no-serve", action="store_true", help="stop when all is loaded")
    parser.add_argument(
        "--sample",
        type=_count,
        metavar="N",
        help="load only every so many-th flight, so that about N are loaded",
    )
    parser.add_argument("--fresh", action="store_true", help="make everything anew")
    parser.add_argument("--verbose", action="store_true", help="show what other programs say")
    return parser


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and 0 < int(text[:9]) < 65536):
        raise argparse.ArgumentTypeError(f"'{text}' is no port, which is a number up to 65535")
    return int(text)


def _count(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text[:9]) > 0):
        raise argparse.ArgumentTypeError(f"'{text}' is no number of flights")
    return int(text)


def read(argv: Sequence[str]) -> Options:
    """Read the arguments.

    :raises Trouble: When one of them is wrong, or the port is taken.
    """
    given = _parser().parse_args(argv)
    serve = not given.no_serve
    options = Options(given.port, serve, given.sample, given.fresh, given.verbose)
    if options.serve:
        _check_port(options.port)
    return options


def refuse(argv: Sequence[str]) -> None:
    """Raise :exc:`~launch.Trouble` for arguments with which the demo could not end well."""
    read(argv)


def _check_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise Trouble(
                f"Port {port} cannot be served on ({error.strerror}): "
                "name a free one with '--port NUMBER'."
            ) from None
