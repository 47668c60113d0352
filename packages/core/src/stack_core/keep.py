"""The seam for small values with an end: throttles, limits, answers, steps of a wizard."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Lock
from typing import Protocol
from urllib.parse import urlsplit

from flask import Flask

from .error import SettingsError, SetupError
from .finding import Finding
from .kept import Count, KeepUnavailable
from .masking import mask
from .registry import KEY, Registry, Slot

__all__ = ["DATABASE_KEEP", "KEEP", "Count", "Keep", "KeepUnavailable", "get_keep", "using_keep"]

SETTING = "STACK_KEEP"
_REDIS = ("redis", "rediss", "unix")
_CHOICES = "Set it to 'memory', 'db' or an address such as 'redis://127.0.0.1:6379/0'."
_NO_DATABASE = (
    f"{SETTING!r} is 'db', but no database that can keep is on this application."
    ' Run python -m pip install "stack[db]" and write Stack("db"), or set it to \'memory\'.'
)


class Keep(Protocol):
    """Small values with an end. Every call is atomic among all processes that share it.

    A ttl is in seconds, more than none. A counter is its decimal text: what was put as one can be
    incremented, and ``get`` returns it. Every call raises :class:`KeepUnavailable` when what backs
    the keep cannot be reached.
    """

    def get(self, key: str) -> bytes | None:
        """Return a value, or None."""
        ...

    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Put a value, whatever was there."""
        ...

    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Put a value where there is none, and tell whether that was so: of many, one is."""
        ...

    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        """Count; the first increment sets the end, later ones leave it.

        :raises OverflowError: it would have more than 64 bits; it stays what it was.
        :raises ValueError: what is kept there is no counter.
        """
        ...

    def delete(self, key: str) -> bool:
        """Remove a value, and tell whether it was there: of many, one is told so."""
        ...

    def purge(self, limit: int) -> int:
        """Remove at most so many values that have ended, and return how many it were."""
        ...


KEEP: Slot[Keep] = Slot("keep")
"""For a keep of one's own, which goes before the setting. To use a keep, call :func:`get_keep`."""
DATABASE_KEEP: Slot[Callable[[], Keep]] = Slot("keep of the database")
"""For who has a database: makes the keep in it, when it is used first."""


class Binding:
    """The keep of one application, once somebody has used it.

    :param setting: what ``STACK_KEEP`` says.
    """

    def __init__(self, setting: str) -> None:
        self.setting = setting
        self.lock = Lock()
        self.keep: Keep | None = None


def get_keep(app: Flask) -> Keep:
    """Return the keep of an application, bound at the first call.

    Call it in requests and commands, never while the application is set up.

    :raises SettingsError: the keep that ``STACK_KEEP`` names is not to be had.
    :raises SetupError: no extension of the stack is on the application.
    """
    registry = Registry.of(app)
    if KEY not in registry:
        raise SetupError(
            "No extension of the stack is on this application."
            " Call init_app of one of them, or of a Stack, first."
        )
    binding: Binding = registry[KEY].state
    if binding.keep is None:
        with binding.lock:
            if binding.keep is None:
                own = registry.find(KEEP)
                binding.keep = _make(registry, binding.setting) if own is None else own
    return binding.keep


@contextmanager
def using_keep(app: Flask, keep: Keep) -> Iterator[None]:
    """Make an application use another keep for a while; tests do.

    Nothing happens where no extension of the stack is on the application.
    """
    installed = Registry.of(app).get(KEY)
    if installed is None:
        yield
        return
    before, installed.state.keep = installed.state.keep, keep
    try:
        yield
    finally:
        installed.state.keep = before


def find_fault(setting: str) -> str | None:
    """Return what is wrong with a value of ``STACK_KEEP`` by itself, or None."""
    if setting in ("", "memory", "db"):
        return None
    if not re.match(rf"({'|'.join(_REDIS)})://", setting):
        return f"{SETTING!r} is {mask(setting)!r}. {_CHOICES}"
    try:
        parts = urlsplit(setting)
        _ = parts.port
    except ValueError as error:
        return f"{SETTING!r} is {mask(setting)!r} ({error}). {_CHOICES}"
    if not (parts.path if parts.scheme == "unix" else parts.hostname):
        return f"{SETTING!r} is {mask(setting)!r}, which names no server. {_CHOICES}"
    if find_spec("redis") is None:
        return (
            f"{SETTING!r} is {mask(setting)!r}, but the package 'redis' is not installed."
            ' Run python -m pip install "stack[redis]".'
        )
    return None


def require_keep(app: Flask) -> None:
    """Refuse a setting whose companion is not on the application; all that come are there.

    :raises SettingsError: it is ``db`` and no database is there.
    """
    registry = Registry.of(app)
    binding: Binding = registry[KEY].state
    if binding.setting == "db" and registry.find(DATABASE_KEEP) is None:
        raise SettingsError(_NO_DATABASE)


def check_keep(app: Flask) -> Iterator[Finding]:
    """Yield what ``flask stack check`` says about the keep."""
    registry = Registry.of(app)
    binding: Binding = registry[KEY].state
    if registry.find(KEEP) is not None:
        if binding.setting:
            message = f"{SETTING!r} is set, but the application has a keep of its own."
            yield Finding("stack.keep-unused", "info", message, f"Remove {SETTING}.")
        return
    try:
        keep = get_keep(app)
    except SettingsError as error:
        yield Finding("stack.keep", "error", str(error), "Mend it as the message says.")
        return
    from .memory_keep import MemoryKeep

    if isinstance(keep, MemoryKeep):
        yield Finding(
            "stack.keep-memory",
            "info",
            "The keep is in memory: it ends with the process, and each worker has its own.",
            f"Set {SETTING} to 'db' or to a Redis before a second worker serves.",
            deploy=True,
        )


def _make(registry: Registry, setting: str) -> Keep:
    make = registry.find(DATABASE_KEEP)
    if setting in ("", "db") and make is not None:
        return make()
    if setting == "db":
        raise SettingsError(_NO_DATABASE)
    if setting in ("", "memory"):
        from .memory_keep import MemoryKeep

        return MemoryKeep()
    from .redis_keep import RedisKeep

    return RedisKeep(setting)
