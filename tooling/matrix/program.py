"""Running programs: bounded, with nothing of this session's environment, and said in short."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: What a program may know of the session: where to find things, and how to reach servers.
KEPT = re.compile(
    r"PATH|HOME|LANG|LC_ALL|TMPDIR|SSL_CERT_\w+|UV_\w+|XDG_\w+|STACK_TEST_\w+|\w+_proxy", re.I
)
LONGEST = 300


@dataclass(frozen=True)
class Ended:
    """How a program ended.

    :param code: its exit code; None when it took too long and was ended.
    """

    code: int | None
    output: str

    @property
    def worked(self) -> bool:
        """Whether it ended by itself and was content."""
        return self.code == 0


def run(words: Iterable[object], cwd: Path, patience: float, **variables: str) -> Ended:
    """Run a program and what it starts, and end all of it when it takes too long.

    :param patience: in seconds.
    """
    process = subprocess.Popen(
        [str(word) for word in words],
        cwd=cwd,
        env={**clean(os.environ), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        start_new_session=True,
    )
    try:
        output, _ = process.communicate(timeout=patience)
    except BaseException as error:
        os.killpg(process.pid, signal.SIGKILL)
        output, _ = process.communicate()
        if not isinstance(error, subprocess.TimeoutExpired):
            raise
        return Ended(None, output)
    return Ended(process.returncode, output)


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """Return what a program of a cell may know; no downloads, and bytecode as users have it."""
    kept = {key: value for key, value in environment.items() if KEPT.fullmatch(key)}
    return {**kept, "UV_PYTHON_DOWNLOADS": "never", "UV_NO_PROGRESS": "1"}


def shorten(text: str, *folders: Path) -> str:
    """Return a text in one line, at most so long, without paths of this machine."""
    for folder in folders:
        text = text.replace(str(folder), "…")
    text = re.sub(r"(?<![\w…])/(?:[\w.+@-]+/)+", "…/", text)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
