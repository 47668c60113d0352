"""Running something in a process of its own, within a time."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryFile

CHUNK = 65_536
GRACE = 2
"""How long a program may take to end when it is asked to, in seconds."""
LENGTH = 8
"""How many bytes before an answer say how long it is."""


class Ended(Exception):
    """The process ended without an answer; the text says how."""


class Program:
    """Another Python, going on in the background.

    What it says goes into files and not into pipes, which a process that it
    leaves behind would keep open.

    :param folder: where it runs; None: here, and it ends with this process's session.
    """

    def __init__(
        self, words: list[str], said: bytes, environment: Mapping[str, str], folder: Path | None
    ) -> None:
        self._leads = folder is not None
        self._out = TemporaryFile()  # noqa: SIM115 - closed by ``wait``
        self._err = TemporaryFile()  # noqa: SIM115
        self._process = subprocess.Popen(
            [sys.executable, "-P", *words],
            stdin=subprocess.PIPE,
            stdout=self._out,
            stderr=self._err,
            env=environment,
            cwd=folder,
            start_new_session=self._leads,
        )
        assert self._process.stdin is not None
        with suppress(BrokenPipeError), self._process.stdin as pipe:
            pipe.write(said)

    def wait(self, limit: float) -> tuple[int, bytes, str]:
        """Return its status, what it said, and the last line of its complaints.

        Where it has a session of its own, all processes end that it has left there.

        :raises Ended: it did not end within as many seconds.
        """
        with self._out as out, self._err as err:
            try:
                status = self._process.wait(limit)
            except subprocess.TimeoutExpired:
                raise Ended(f"It did not end within {limit:g} seconds.") from None
            finally:
                self._end()
            out.seek(0)
            err.seek(0)
            lines = err.read().decode(errors="replace").strip().splitlines() or ["no message"]
            return status, out.read(), lines[-1]

    def _end(self) -> None:
        if self._process.poll() is None:
            # It ends what it has put into sessions of their own.
            self._process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(GRACE)
        if self._leads:
            _end_all(self._process.pid)
        self._process.kill()
        self._process.wait()


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
        _end_all(child)
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
    if found is None:
        raise Ended(f"It did not end within {limit:g} seconds.")
    if not found:
        raise Ended(f"Its process ended with status {os.waitstatus_to_exitcode(status)}.")
    return found


def _end_all(leader: int) -> None:
    """End the processes of a session, also when its leader has ended."""
    if hasattr(os, "killpg"):
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(leader, signal.SIGKILL)


def _answer_and_end(answer: Callable[[], bytes], write: int) -> None:
    status, own = 1, os.getpid()
    try:
        os.setsid()
        found = answer()
        if os.getpid() == own:  # else what was called has forked, and both return
            found = len(found).to_bytes(LENGTH) + found
            while found:
                found = found[os.write(write, found) :]
            status = 0
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(status)


def _read(read: int, limit: float) -> bytes | None:
    """Return what a child answers, nothing if it ends without, or None when the time is up."""
    end, found = time.monotonic() + limit, b""
    while (left := end - time.monotonic()) > 0:
        if select.select([read], [], [], left)[0]:
            chunk = os.read(read, CHUNK)
            found += chunk
            whole = LENGTH + int.from_bytes(found[:LENGTH])
            if len(found) >= max(whole, LENGTH):
                return found[LENGTH:whole]
            if not chunk:
                return b""
    return None
