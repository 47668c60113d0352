"""The keep in memory, by the contract and on its own."""

from __future__ import annotations

import os
import time
from time import sleep

import pytest

from stack_core.memory_keep import MemoryKeep
from stack_testing.keep import KeepContract


class TestMemoryKeep(KeepContract):
    """The contract, within one process."""

    @pytest.fixture
    def keep(self) -> MemoryKeep:
        """A keep of the tests' own."""
        return MemoryKeep()


def test_what_has_ended_does_not_pile_up() -> None:
    """Writing is enough to be rid of it; nobody has to sweep."""
    keep = MemoryKeep()
    for number in range(1000):
        keep.put(str(number), b"x", ttl=0.001)
    sleep(0.01)
    for number in range(600):
        keep.increment(f"other {number}", ttl=60)
    assert len(keep._values) == 600
    assert len(keep._ends) == 600


def test_replacing_and_deleting_does_not_pile_up() -> None:
    """What is remembered of former ends is bounded by what is there."""
    keep = MemoryKeep()
    for _ in range(1000):
        keep.put("one", b"x", ttl=60)
    for number in range(1000):
        keep.put(str(number), b"x", ttl=60)
        keep.delete(str(number))
    assert len(keep._values) == 1
    assert len(keep._ends) < 100
    assert keep.get("one") == b"x"


def test_clock_that_is_set_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A step of the wall clock ends nothing and prolongs nothing."""
    keep = MemoryKeep()
    keep.put("a", b"x", ttl=60)
    for step in (-86_400, 86_400):
        now = time.time() + step
        monkeypatch.setattr(time, "time", lambda now=now: now)
        assert keep.get("a") == b"x"
        assert keep.increment("b", ttl=60).ends_in <= 60


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_is_not_locked_out() -> None:
    """It has a lock of its own, whoever held the parent's."""
    keep = MemoryKeep()
    keep.put("a", b"x", ttl=60)
    with keep._lock:
        child = os.fork()
        if not child:
            os._exit(0 if keep.get("a") == b"x" else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
