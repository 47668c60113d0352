"""The contract of keeps rejects a keep that breaks a rule of it."""

from __future__ import annotations

import struct
import time
import unicodedata
from collections.abc import Iterator
from contextlib import closing, suppress
from typing import Any

import pytest

from stack_core.kept import MOST_NUMBER, Count
from stack_core.memory_keep import MemoryKeep
from stack_testing.crowd import Crowd
from stack_testing.keep import KeepContract


class FoldsCase(MemoryKeep):
    def _fold(self, key: str) -> str:
        return key.lower()

    def get(self, key: str) -> bytes | None:
        return super().get(self._fold(key))

    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        super().put(self._fold(key), value, ttl=ttl)

    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        return super().add(self._fold(key), value, ttl=ttl)

    def delete(self, key: str) -> bool:
        return super().delete(self._fold(key))


class StripsBlanks(FoldsCase):
    def _fold(self, key: str) -> str:
        return key.rstrip(" ")


class Normalises(FoldsCase):
    def _fold(self, key: str) -> str:
        return unicodedata.normalize("NFC", key)


class CutsKeys(FoldsCase):
    def _fold(self, key: str) -> str:
        return key[:100_000]


class EndsKeysAtNul(FoldsCase):
    def _fold(self, key: str) -> str:
        return key.partition("\0")[0]


class LosesSurrogates(FoldsCase):
    def _fold(self, key: str) -> str:
        return key.encode(errors="replace").decode()


class NeverEnds(MemoryKeep):
    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        super().put(key, value, ttl=ttl * 1e4)


class AddsOnlyWhereNothingWas(MemoryKeep):
    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        return key not in vars(self).setdefault("_seen", set()) and (
            self._seen.add(key) or super().add(key, value, ttl=ttl)
        )


class TakesEmptyForNothing(MemoryKeep):
    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        if not self.get(key):
            self.delete(key)
        return super().add(key, value, ttl=ttl)


class AddsInTwoSteps(MemoryKeep):
    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        free = self.get(key) is None
        time.sleep(0.001)
        if free:
            self.put(key, value, ttl=ttl)
        return free


class DeletesInTwoSteps(MemoryKeep):
    def delete(self, key: str) -> bool:
        there = self.get(key) is not None
        time.sleep(0.001)
        super().delete(key)
        return there


class AlwaysDeletes(MemoryKeep):
    def delete(self, key: str) -> bool:
        super().delete(key)
        return True


class CountsInTwoSteps(MemoryKeep):
    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        total = int(self.get(key) or b"0") + by
        time.sleep(0)
        self.put(key, b"%d" % total, ttl=ttl)
        return Count(total, ttl)


class Prolongs(MemoryKeep):
    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        count = super().increment(key, ttl=ttl, by=by)
        self.put(key, b"%d" % count.value, ttl=ttl)
        return count


class CountsInFloats(MemoryKeep):
    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        count = super().increment(key, ttl=ttl, by=by)
        return Count(int(float(count.value)), count.ends_in)


class Wraps(MemoryKeep):
    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        with suppress(OverflowError):
            return super().increment(key, ttl=ttl, by=by)
        self.put(key, b"0", ttl=ttl)
        return Count(0, ttl)


class CountsBytes(MemoryKeep):
    def get(self, key: str) -> bytes | None:
        value = super().get(key)
        return struct.pack("q", int(value)) if value and value.isdigit() else value


class CountsText(MemoryKeep):
    def increment(self, key: str, *, ttl: float, by: int = 1) -> Count:
        with suppress(ValueError):
            return super().increment(key, ttl=ttl, by=by)
        self.delete(key)
        return super().increment(key, ttl=ttl, by=by)


class TakesAnyTtl(MemoryKeep):
    def add(self, key: str, value: bytes, *, ttl: float) -> bool:
        return super().add(key, value, ttl=ttl if ttl > 0 else 60)


class TakesText(MemoryKeep):
    def put(self, key: str, value: Any, *, ttl: float) -> None:
        super().put(key, str(value).encode() if not isinstance(value, bytes) else value, ttl=ttl)


class CutsValues(MemoryKeep):
    def put(self, key: str, value: bytes, *, ttl: float) -> None:
        super().put(key, value[:65_535], ttl=ttl)


class PurgesAll(MemoryKeep):
    def purge(self, limit: int) -> int:
        gone = min(limit, len(self._values))
        for name in list(self._values)[:gone]:
            del self._values[name]
        return gone


class PurgesBeyondItsLimit(MemoryKeep):
    def purge(self, limit: int) -> int:
        return super().purge(1000)


REJECTED: tuple[tuple[type[MemoryKeep], str, dict[str, Any]], ...] = (
    (FoldsCase, "keys_are_exact", {}),
    (StripsBlanks, "keys_are_exact", {}),
    (Normalises, "keys_are_exact", {}),
    (CutsKeys, "keys_are_exact", {}),
    (EndsKeysAtNul, "keys_are_exact", {}),
    (LosesSurrogates, "keys_are_exact", {}),
    (NeverEnds, "ended_value_is_not_there", {}),
    (AddsOnlyWhereNothingWas, "add_wins_once", {}),
    (TakesEmptyForNothing, "add_wins_once", {}),
    (AddsInTwoSteps, "one_thread_adds_and_one_deletes", {}),
    (DeletesInTwoSteps, "one_thread_adds_and_one_deletes", {}),
    (AlwaysDeletes, "delete_tells_once", {}),
    (CountsInTwoSteps, "threads_count_exactly", {}),
    (Prolongs, "first_increment_sets_the_end", {}),
    (CountsInFloats, "counter_counts", {}),
    (CountsBytes, "counter_counts", {}),
    (Wraps, "overflow_is_refused", {"start": MOST_NUMBER, "by": 1}),
    (CountsText, "other_text_is_no_counter", {"text": b"one"}),
    (TakesAnyTtl, "ttl_that_is_none_is_refused", {"ttl": 0}),
    (TakesText, "only_bytes_are_kept", {"value": "text"}),
    (CutsValues, "large_value_comes_back", {"byte": b"x"}),
    (PurgesAll, "purge_removes_what_has_ended", {}),
    (PurgesBeyondItsLimit, "purge_removes_what_has_ended", {}),
)


@pytest.mark.parametrize(
    ("broken", "rule", "more"), REJECTED, ids=lambda x: getattr(x, "__name__", "")
)
def test_broken_keep_is_rejected(
    broken: type[MemoryKeep], rule: str, more: dict[str, Any]
) -> None:
    """The rule that it breaks fails, and passes for the keep that it was made from."""
    test = getattr(KeepContract(), f"test_{rule}")
    test(MemoryKeep(), "contract:good", **more)
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        test(broken(), "contract:broken", **more)


SHARED = """
import pathlib, pickle, time
from stack_core.kept import Count
FILE = pathlib.Path({file!r})

class Shared:
    def _all(self):
        try:
            return pickle.loads(FILE.read_bytes())
        except (OSError, EOFError, pickle.UnpicklingError):
            return {{}}

    def _save(self, values):
        time.sleep(0.0005)
        FILE.write_bytes(pickle.dumps(values))

    def get(self, key):
        return self._all().get(key)

    def put(self, key, value, *, ttl):
        self._save({{**self._all(), key: value}})

    def add(self, key, value, *, ttl):
        values = self._all()
        if key in values:
            return False
        self._save({{**values, key: value}})
        return True

    def increment(self, key, *, ttl, by=1):
        values = self._all()
        total = int(values.get(key, 0)) + by
        self._save({{**values, key: b"%d" % total}})
        return Count(total, ttl)

    def delete(self, key):
        values = self._all()
        there = values.pop(key, None) is not None
        self._save(values)
        return there

keep = Shared()
"""


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Any, Crowd]]:
    """A keep in a file that nobody locks, and eight processes that have it open."""
    program = SHARED.format(file=str(tmp_path_factory.mktemp("shared") / "values"))
    space: dict[str, Any] = {}
    exec(program, space)
    with closing(Crowd(program, 8)) as crowd:
        yield space["keep"], crowd


@pytest.mark.parametrize(
    "rule", ["processes_count_exactly", "one_process_adds", "one_process_deletes"]
)
def test_keep_that_is_not_atomic_among_processes_is_rejected(
    rule: str, shared: tuple[Any, Crowd]
) -> None:
    """Of one process it is right; eight real ones find out what threads cannot."""
    keep, crowd = shared
    KeepContract().test_delete_tells_once(keep, f"contract:alone:{rule}")
    with pytest.raises((AssertionError, ValueError, TypeError)):
        getattr(KeepContract(), f"test_{rule}")(keep, f"contract:{rule}", crowd)


def test_process_that_fails_is_shown() -> None:
    """A program that cannot open the keep is an error with its words, not a wait for ever."""
    with pytest.raises(RuntimeError, match=r"(?s)has ended.*closed"):
        Crowd("import sys; sys.exit('closed')", 2)
