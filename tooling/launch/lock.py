"""A lock between the runs that share this checkout."""

import importlib.util
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from .trouble import Trouble


@contextmanager
def alone(file: Path, refusal: str = "") -> Iterator[None]:
    """Let one run at a time in, on every system that has file locks.

    :param file: What the lock is held on; made when it is not there.
    :param refusal: The sentence to stop with when another run is in; without it, wait for that.
    """
    with file.open("w") as lock:
        if importlib.util.find_spec("fcntl"):
            import fcntl

            try:
                fcntl.flock(lock, fcntl.LOCK_EX | (fcntl.LOCK_NB if refusal else 0))
            except BlockingIOError:
                raise Trouble(refusal) from None
        yield
