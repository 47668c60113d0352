"""Programs that may hang or talk without end: each is run with a bound, and ended with its own."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Sequence
from typing import IO, Literal

#: How often it is looked whether it has ended, in seconds.
BETWEEN_LOOKS = 0.1


class EndlessError(Exception):
    """A program did not come to an end; the text says what it did, without a subject."""


def run_bounded(
    command: Sequence[str],
    heard: Literal["stdout", "stderr"],
    patience: float,
    most: int,
    folder: str | None = None,
) -> bytes:
    """Run a program to its end, and return what it says on one of its streams.

    :param patience: the longest that it may take, in seconds.
    :param most: the most bytes that it may say.
    :param folder: the working directory.
    :raises OSError: it cannot be started.
    :raises EndlessError: it takes longer, or says more.
    """
    # A file, since what it leaves running would hold a pipe open.
    with tempfile.TemporaryFile(prefix="stack-doctor-") as said:
        process = subprocess.Popen(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=said if heard == "stdout" else subprocess.DEVNULL,
            stderr=said if heard == "stderr" else subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            _wait(process, said, patience, most)
        finally:
            # What it started goes with it.
            with contextlib.suppress(ProcessLookupError, AttributeError):
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
            process.wait()
        said.seek(0)
        return said.read(most)


def _wait(process: subprocess.Popen[bytes], said: IO[bytes], patience: float, most: int) -> None:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=BETWEEN_LOOKS)
            return
        if os.fstat(said.fileno()).st_size > most:
            raise EndlessError(f"it says more than {most:,} bytes")
    raise EndlessError(f"it takes more than {patience} s")
