"""Running something in a process of its own, within a time."""

from __future__ import annotations

import os
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable
from contextlib import suppress

CHUNK = 65_536


class Ended(Exception):
    """The process ended without an answer; the text says how."""


def run_apart(answer: Callable[[], bytes], limit: float) -> bytes:
    """Return what a function returns in a child of this process.

    Where a process cannot fork, as on Windows, the function is called here and nothing ends it.

    :param limit: after as many seconds the child is killed, with all its own children.
    :raises Ended: it was killed, or it ended by itself.
    """
    if not hasattr(os, "fork"):
        return answer()
    read, write = os.pipe()
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if not child:
        os.close(read)
        _answer_and_end(answer, write)
    os.close(write)
    try:
        found = _read(read, limit)
    finally:
        os.close(read)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(child, signal.SIGKILL)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if found is None:
        raise Ended(f"It did not end within {limit:g} seconds.")
    if not found:
        raise Ended(f"Its process ended with status {os.waitstatus_to_exitcode(status)}.")
    return found


def _answer_and_end(answer: Callable[[], bytes], write: int) -> None:
    status = 1
    try:
        os.setsid()
        found = answer()
        while found:
            found = found[os.write(write, found) :]
        status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _read(read: int, limit: float) -> bytes | None:
    """Return all that a child writes until it closes its end, or None when the time is up."""
    end, found = time.monotonic() + limit, b""
    while (left := end - time.monotonic()) > 0:
        if select.select([read], [], [], left)[0]:
            chunk = os.read(read, CHUNK)
            if not chunk:
                return found
            found += chunk
    return None
