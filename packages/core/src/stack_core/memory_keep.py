"""The keep in the memory of one process."""

from __future__ import annotations

import os
import weakref
from heapq import heapify, heappop, heappush
from threading import Lock
from time import monotonic

from .kept import (
    LEAST_NUMBER,
    MOST_NUMBER,
    Count,
    check_number,
    check_ttl,
    check_value,
    hash_key,
    read_number,
    refuse_overflow,
    refuse_text,
)

__all__ = ["MemoryKeep"]

_PURGED_BY_A_WRITE = 2
_SLACK = 64


class MemoryKeep:
    """A :class:`~stack_core.keep.Keep` that ends with its process and is shared with no other.

    Threads may use it at once. Ends are by a clock that nobody can set. Each
    write removes up to two values that have ended, so that what has ended
    never outnumbers what was written since.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._values: dict[str, tuple[bytes | int, float]] = {}
        # Those of values that were replaced or deleted stay until their end or a rebuild.
        self._ends: list[tuple[float, str]] = []
        _renew_lock_after_fork(self)

    def get(self, key: str) -> bytes | None:
        """Return a value, or None."""
        with self._lock:
            value = self._find(hash_key(key), monotonic())
        return b"%d" % value if isinstance(value, int) else value

    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        """Put a value, whatever was there."""
        check_value(value)
        check_ttl(ttl)
        with self._lock:
            self._write(hash_key(key), value, monotonic(), ttl)

    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        """Put a value where there is none, and tell whether that was so."""
        check_value(value)
        check_ttl(ttl)
        name = hash_key(key)
        with self._lock:
            now = monotonic()
            if self._find(name, now) is not None:
                return False
            self._write(name, value, now, ttl)
        return True

    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        """Count; the first increment sets the end, later ones leave it."""
        check_number(by)
        check_ttl(ttl)
        name = hash_key(key)
        with self._lock:
            now = monotonic()
            held = self._find(name, now)
            if held is None:
                self._write(name, by, now, ttl)
                return Count(by, ttl)
            total = _as_number(held) + by
            if not LEAST_NUMBER <= total <= MOST_NUMBER:
                raise refuse_overflow(by)
            ends_at = self._values[name][1]
            self._values[name] = total, ends_at
        return Count(total, ends_at - now)

    def delete(self, key: str) -> bool:
        """Remove a value, and tell whether it was there."""
        name = hash_key(key)
        with self._lock:
            there = self._find(name, monotonic()) is not None
            self._values.pop(name, None)
            self._tidy()
        return there

    def purge(self, limit: int) -> int:
        """Remove at most so many values that have ended, and return how many it were."""
        with self._lock:
            return self._purge(monotonic(), limit)

    def _find(self, name: str, now: float) -> bytes | int | None:
        value, ends_at = self._values.get(name, (None, 0.0))
        return value if ends_at > now else None

    def _write(self, name: str, value: bytes | int, now: float, ttl: float) -> None:
        self._purge(now, _PURGED_BY_A_WRITE)
        self._values[name] = value, now + ttl
        heappush(self._ends, (now + ttl, name))
        self._tidy()

    def _purge(self, now: float, limit: int) -> int:
        removed = 0
        while removed < limit and self._ends and self._ends[0][0] <= now:
            ends_at, name = heappop(self._ends)
            if self._values.get(name, (None, None))[1] == ends_at:
                del self._values[name]
                removed += 1
        return removed

    def _tidy(self) -> None:
        if len(self._ends) > 2 * len(self._values) + _SLACK:
            self._ends = [(ends_at, name) for name, (_, ends_at) in self._values.items()]
            heapify(self._ends)


def _as_number(held: bytes | int) -> int:
    number = held if isinstance(held, int) else read_number(held)
    if number is None:
        raise refuse_text()
    return number


def _renew_lock_after_fork(keep: MemoryKeep) -> None:
    """Give a forked process a lock of its own: another thread may have held the parent's."""
    found = weakref.ref(keep)

    def renew() -> None:
        here = found()
        if here is not None:
            here._lock = Lock()

    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=renew)
