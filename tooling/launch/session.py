"""Runs a session: says what cannot work before anything is made, then hands over."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from .place import Place
from .tools import ensure
from .trouble import Trouble

Refusals = Mapping[str, Callable[[Sequence[str]], None]]

ROOT = Path(__file__).resolve().parents[2]
USAGE = """\
Usage: python3 tooling/run.py SESSION [ARGUMENTS]

  demo    The main job: builds the wheels, installs them, generates an application with
          them, loads 336,776 flights and serves it.  '... demo --help' lists its options.
  tests   The tests.  Arguments go to pytest.

Every other session of noxfile.py works the same: slow, services, long, lint, types, docs, build,
matrix, release, flip, upgrade, incompat, index, api, fuzz, bench, browser, upstream.
"""


def start(argv: Sequence[str], refusals: Refusals) -> int:
    """Run one session and return its exit code.

    :param argv: The session's name and its arguments, with or without ``--`` between them.
    :param refusals: By session: what raises :exc:`Trouble` for arguments that cannot work, to be
        asked before anything is made.
    """
    if not argv or argv[0] in ("-h", "--help", "help"):
        print(USAGE, end="")
        return 0 if argv else 2
    # With nox itself '--' stands before a session's arguments.
    arguments = argv[2:] if argv[1:2] == ["--"] else argv[1:]
    return guarded(lambda: _start(argv[0], arguments, refusals))


def guarded(work: Callable[[], int]) -> int:
    """Do the work, and say in one sentence what stopped it; the exit code."""
    _clean_up_when_ended()
    try:
        return work()
    except Trouble as trouble:
        return _say(str(trouble), 1)
    except BrokenPipeError:
        # Python flushes the standard output once more at its end, which must not fail again.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _say("Stopped, as nobody reads the output any more.", 1)
    except OSError as error:
        return _say(f"{error.filename or ROOT} cannot be used: {error.strerror or error}.", 1)
    except KeyboardInterrupt:
        return _say("Stopped.", 130)


def _clean_up_when_ended() -> None:
    """Let a signal that would end this process at once raise instead, so that nothing is left."""
    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        # Who runs this under nohup has it go on.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda number, frame: sys.exit(128 + number))


def _start(session: str, arguments: Sequence[str], refusals: Refusals) -> int:
    if session.startswith("-"):
        raise Trouble(f"'{session}' is no session: the name comes first, as in 'run.py tests'.")
    if session in refusals:
        refusals[session](arguments)
    place = Place(ROOT)
    ensure(place)
    return _hand_over(place, session, arguments)


def _say(sentence: str, code: int) -> int:
    print(sentence, file=sys.stderr)
    return code


def _hand_over(place: Place, session: str, arguments: Sequence[str]) -> int:
    """Become nox, or the demo, which needs no environment of nox's and talks for itself."""
    python = str(place.program("python"))
    if session == "demo":
        command = [python, str(place.root / "tooling" / "demo"), *arguments]
    else:
        noxfile = str(place.root / "noxfile.py")
        command = [python, "-m", "nox", "-f", noxfile, "-s", session, "--", *arguments]
    environment = place.environment(os.environ)
    if os.name == "posix":
        os.execve(python, command, environment)
    return subprocess.call(command, env=environment)
