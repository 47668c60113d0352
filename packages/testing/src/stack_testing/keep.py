"""The contract that every keep fulfils, to be run over a keep of one's own.

Subclass :class:`KeepContract` in a module of tests, name the subclass
``Test…``, and give it the fixture ``keep``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic, sleep
from typing import Any, ClassVar
from uuid import uuid4

import pytest

from stack_core.keep import Count, Keep
from stack_core.kept import LEAST_NUMBER, MAX_TTL, MAX_VALUE, MOST_NUMBER

from .crowd import Crowd, find_crowd

__all__ = ["KeepContract"]

SHORT = 0.4
"""A ttl that ends within a test, in seconds."""
LONG = 600.0
MANY = 8
KEYS = (
    *("", " ", "a", "A", "a ", " a", "a\t", "a\n", "a\0", "a\0b", "\0", "ä", "Ä", "ae"),
    *(
        "\u00e9",
        "e\u0301",
        "ß",
        "ss",
        "SS",
        "i",
        "I",
        "ı",
        "İ",
        "i\u0307",
        "ｆ",
        "f",
        "\u00c5",
        "\u212b",
    ),
    *("💥", "\ud800", "\udfff", "%", "%s", "%%", ":a", "?", "\\", "'", "' OR ''='", "--", "{a}"),
    *("k" * 100_000, "k" * 100_001, "é" * 70_000, "1", "01", "*", "a*", "\u200b", "a\u200b"),
)
VALUES = (b"", b"\0", b"text", "é💥".encode(), bytes(range(256)), b"'\\%s\n\r\x1a\"")
NO_COUNTERS = (b"", b" 1", b"1 ", b"+1", b"01", b"-0", b"1.0", b"1e3", b"one", b"\xd9\xa3", b"-")


class KeepContract:
    """What every keep does, whatever is behind it.

    A subclass gives the fixture ``keep``, of any scope. If other processes
    share the keep, it also gives ``program``. The keep belongs to the tests
    alone.
    """

    purges: ClassVar[bool] = True
    """Whether values that have ended stay until ``purge``; Redis removes them by itself."""

    @pytest.fixture
    def keep(self) -> Keep:
        """The keep under test."""
        raise NotImplementedError("Give the subclass of KeepContract a fixture 'keep'.")

    @pytest.fixture
    def program(self) -> str | None:
        """Python source that opens the same keep in another process and calls it ``keep``.

        None means that no other process shares it.
        """
        return None

    @pytest.fixture
    def crowd(self, program: str | None, pytestconfig: pytest.Config) -> Crowd:
        """Eight processes that have the keep open; they stay for the next test of the same."""
        if program is None:
            pytest.skip("No other process shares this keep.")
        return find_crowd(pytestconfig, program, MANY)

    @pytest.fixture
    def key(self) -> str:
        """A key that nobody has used."""
        return f"contract:{uuid4()}"

    # Values

    def test_nothing_is_there_at_first(self, keep: Keep, key: str) -> None:
        """What was never put is None, and cannot be deleted."""
        assert keep.get(key) is None
        assert keep.delete(key) is False

    def test_value_comes_back(self, keep: Keep, key: str) -> None:
        """Every byte of a value comes back, also of an empty one."""
        for value in VALUES:
            keep.put(key, value, ttl=LONG)
            assert keep.get(key) == value

    @pytest.mark.parametrize("byte", [b"\0", b"'", b"\xff"])
    def test_large_value_comes_back(self, keep: Keep, key: str, byte: bytes) -> None:
        """The largest value is kept, whatever it consists of."""
        keep.put(key, byte * MAX_VALUE, ttl=LONG)
        assert keep.get(key) == byte * MAX_VALUE
        assert keep.delete(key) is True

    def test_too_large_value_is_refused(self, keep: Keep, key: str) -> None:
        """One byte more is an error, and nothing is kept."""
        for write in (keep.put, keep.add):
            with pytest.raises(ValueError, match="too large"):
                write(key, b"x" * (MAX_VALUE + 1), ttl=LONG)
        assert keep.get(key) is None

    @pytest.mark.parametrize("value", ["text", 1, None, bytearray(b"x")])
    def test_only_bytes_are_kept(self, keep: Keep, key: str, value: Any) -> None:
        """What is not bytes is an error, and nothing is kept."""
        for write in (keep.put, keep.add):
            with pytest.raises(TypeError, match="bytes"):
                write(key, value, ttl=LONG)
        assert keep.get(key) is None

    def test_put_replaces(self, keep: Keep, key: str) -> None:
        """The later value is there, with its own end."""
        keep.put(key, b"one", ttl=SHORT)
        keep.put(key, b"two", ttl=LONG)
        sleep(SHORT * 1.25)
        assert keep.get(key) == b"two"
        keep.put(key, b"three", ttl=SHORT)
        sleep(SHORT * 1.25)
        assert keep.get(key) is None

    def test_add_wins_once(self, keep: Keep, key: str) -> None:
        """A value that is there stays, with its end."""
        assert keep.add(key, b"first", ttl=SHORT) is True
        started = monotonic()
        assert keep.add(key, b"second", ttl=LONG) is False or monotonic() - started >= SHORT / 2
        sleep(SHORT * 1.25)
        assert keep.get(key) is None
        assert keep.add(key, b"", ttl=LONG) is True
        assert keep.add(key, b"third", ttl=LONG) is False
        assert keep.get(key) == b""

    def test_delete_tells_once(self, keep: Keep, key: str) -> None:
        """The one that removes a value is told so; the place is free again."""
        keep.put(key, b"", ttl=LONG)
        assert keep.delete(key) is True
        assert keep.delete(key) is False
        assert keep.get(key) is None
        assert keep.add(key, b"new", ttl=LONG) is True

    def test_keys_are_exact(self, keep: Keep, key: str) -> None:
        """No two keys are one: not by case, accents, blanks, normal form or length."""
        keys = [key + each for each in KEYS] + [each + key for each in KEYS[1:]]
        for number, each in enumerate(keys):
            assert keep.add(each, b"value %d" % number, ttl=LONG) is True
        for number, each in enumerate(keys):
            assert keep.get(each) == b"value %d" % number
        for each in keys:
            assert keep.delete(each) is True

    # Ends

    @pytest.mark.parametrize("ttl", [0, -1, -0.0, math.nan, math.inf, MAX_TTL * 2, 1e300])
    def test_ttl_that_is_none_is_refused(self, keep: Keep, key: str, ttl: float) -> None:
        """No end, an end at once and one in the past are errors, and nothing changes."""
        calls: tuple[Callable[[], object], ...] = (
            lambda: keep.put(key, b"other", ttl=ttl),
            lambda: keep.add(key, b"other", ttl=ttl),
            lambda: keep.increment(key, ttl=ttl),
        )
        for before in (None, b"7"):
            if before is not None:
                keep.put(key, before, ttl=LONG)
            for call in calls:
                with pytest.raises(ValueError, match="ttl"):
                    call()
                assert keep.get(key) == before

    @pytest.mark.parametrize("ttl", [MAX_TTL, 1, 2**20 + 0.5])
    def test_end_is_as_asked(self, keep: Keep, key: str, ttl: float) -> None:
        """The seconds until a counter ends are those that were given."""
        assert keep.increment(key, ttl=ttl).ends_in == pytest.approx(ttl, abs=0.5)
        assert keep.delete(key) is True

    def test_shortest_ttl_ends(self, keep: Keep, key: str) -> None:
        """A ttl below the finest clock ends, and does not stay for ever."""
        keep.put(key, b"x", ttl=1e-9)
        sleep(0.05)
        assert keep.get(key) is None

    def test_ended_value_is_not_there(self, keep: Keep, key: str) -> None:
        """For no call: it is not read, not deleted, not counted on, and not in the way."""
        names = [f"{key}:{number}" for number in range(5)]
        for name in names:
            keep.put(name, b"41", ttl=SHORT)
        sleep(SHORT * 1.25)
        got, deleted, counted, added, put = names
        assert keep.get(got) is None
        assert keep.delete(deleted) is False
        count = keep.increment(counted, ttl=LONG)
        assert count.value == 1
        assert count.ends_in == pytest.approx(LONG, abs=1)
        assert keep.add(added, b"new", ttl=LONG) is True
        keep.put(put, b"new", ttl=LONG)
        assert [keep.get(name) for name in names] == [None, None, b"1", b"new", b"new"]

    def test_purge_removes_what_has_ended(self, keep: Keep, key: str) -> None:
        """No more than it is told, nothing that is still there, and it says how many."""
        sleep(SHORT * 1.25)  # until what the other tests have left has ended
        keep.purge(1_000_000)
        keep.put(f"{key}:live", b"x", ttl=LONG)
        for number in range(5):
            keep.put(f"{key}:{number}", b"x", ttl=SHORT)
        sleep(SHORT * 1.25)
        removed = [keep.purge(limit) for limit in (0, 3, 3, 3)]
        assert removed == ([0, 3, 2, 0] if self.purges else [0, 0, 0, 0])
        assert keep.get(f"{key}:live") == b"x"

    # Counters

    def test_counter_counts(self, keep: Keep, key: str) -> None:
        """Up, down, by nothing, through zero; `get` is its decimal text."""
        steps = [(1, 1), (5, 6), (-10, -4), (0, -4), (4, 0), (2**53, 2**53), (1, 2**53 + 1)]
        for by, total in steps:
            count = keep.increment(key, ttl=LONG, by=by)
            assert isinstance(count, Count)
            assert isinstance(count.value, int)
            assert count.value == total
            assert 0 < count.ends_in <= LONG + 1
            assert keep.get(key) == str(total).encode()

    def test_first_increment_sets_the_end(self, keep: Keep, key: str) -> None:
        """Later ones leave it, so that a window passes however often one counts."""
        keep.increment(key, ttl=SHORT)
        assert keep.increment(key, ttl=LONG).ends_in < SHORT * 2 or keep.get(key) == b"1"
        keep.delete(key)
        keep.increment(key, ttl=SHORT)
        for _ in range(5):
            sleep(SHORT / 4)
            keep.increment(key, ttl=SHORT)
        assert keep.increment(key, ttl=SHORT).value < 7

    def test_counter_is_deleted_and_replaced(self, keep: Keep, key: str) -> None:
        """It is a value like others."""
        keep.increment(key, ttl=LONG)
        assert keep.add(key, b"x", ttl=LONG) is False
        assert keep.delete(key) is True
        assert keep.increment(key, ttl=LONG).value == 1
        keep.put(key, b"text", ttl=LONG)
        assert keep.get(key) == b"text"

    @pytest.mark.parametrize("number", [0, 7, -7, MOST_NUMBER - 1, LEAST_NUMBER])
    def test_decimal_text_is_a_counter(self, keep: Keep, key: str, number: int) -> None:
        """What was put as a decimal text is counted on, and keeps its end."""
        keep.put(key, b"%d" % number, ttl=LONG)
        assert keep.get(key) == b"%d" % number
        count = keep.increment(key, ttl=1)
        assert count.value == number + 1
        assert count.ends_in == pytest.approx(LONG, abs=1)

    @pytest.mark.parametrize("text", [*NO_COUNTERS, b"%d" % (MOST_NUMBER + 1), b"9" * 30])
    def test_other_text_is_no_counter(self, keep: Keep, key: str, text: bytes) -> None:
        """It is refused and stays what it was."""
        keep.put(key, text, ttl=LONG)
        with pytest.raises(ValueError, match="no counter"):
            keep.increment(key, ttl=LONG)
        assert keep.get(key) == text

    @pytest.mark.parametrize(("start", "by"), [(MOST_NUMBER, 1), (LEAST_NUMBER, -1), (2, 2**62)])
    def test_overflow_is_refused(self, keep: Keep, key: str, start: int, by: int) -> None:
        """A counter has 64 bits; beyond, it is an error and stays what it was."""
        keep.increment(key, ttl=LONG, by=start)
        if by == 2**62:
            keep.increment(key, ttl=LONG, by=by - 1)
        before = keep.get(key)
        with pytest.raises(OverflowError, match="64 bits"):
            keep.increment(key, ttl=LONG, by=by)
        assert keep.get(key) == before

    @pytest.mark.parametrize("by", [MOST_NUMBER + 1, LEAST_NUMBER - 1, 10**40])
    def test_too_large_step_is_refused(self, keep: Keep, key: str, by: int) -> None:
        """A step has 64 bits, too."""
        with pytest.raises(OverflowError, match="64 bits"):
            keep.increment(key, ttl=LONG, by=by)
        assert keep.get(key) is None

    # Many at once

    def test_threads_count_exactly(self, keep: Keep, key: str) -> None:
        """Each of eight threads sees numbers of its own, and none is lost."""
        rounds = 50

        def count() -> list[int]:
            return [keep.increment(key, ttl=LONG).value for _ in range(rounds)]

        seen = [number for numbers in _together(count) for number in numbers]
        assert sorted(seen) == list(range(1, MANY * rounds + 1))

    def test_one_thread_adds_and_one_deletes(self, keep: Keep, key: str) -> None:
        """Of eight threads exactly one adds each value, and one deletes it."""
        keys = [f"{key}:{number}" for number in range(10)]
        added = _together(lambda: [keep.add(each, b"x", ttl=LONG) for each in keys])
        deleted = _together(lambda: [keep.delete(each) for each in keys])
        for answers in (added, deleted):
            assert [sum(each) for each in zip(*answers, strict=True)] == [1] * len(keys)

    def test_processes_count_exactly(self, keep: Keep, key: str, crowd: Crowd) -> None:
        """Each of eight processes sees numbers of its own, and none is lost."""
        answers = crowd.ask(f"[keep.increment({key!r}, ttl=600).value for _ in range(100)]")
        seen = sorted(number for numbers in answers for number in numbers)
        assert seen == list(range(1, MANY * 100 + 1))
        assert keep.get(key) == b"%d" % (MANY * 100)

    def test_one_process_adds(self, keep: Keep, key: str, crowd: Crowd) -> None:
        """Of eight processes exactly one adds each value, and its value is there."""
        answers = crowd.ask(
            f"[keep.add({key!r} + str(n), b'%d' % me, ttl=600) for n in range(30)]"
        )
        for number, won in enumerate(zip(*answers, strict=True)):
            assert sum(won) == 1
            assert keep.get(f"{key}{number}") == b"%d" % won.index(True)

    def test_one_process_adds_after_the_end(self, keep: Keep, key: str, crowd: Crowd) -> None:
        """So it is where values have ended that were not purged, and while somebody purges."""
        for number in range(30):
            keep.put(f"{key}{number}", b"old", ttl=SHORT)
        sleep(SHORT * 1.25)
        answers = crowd.ask(
            f"[keep.add({key!r} + str(n), b'%d' % me, ttl=600) if me or n % 3 else"
            f" (keep.purge(5), keep.add({key!r} + str(n), b'0', ttl=600))[1] for n in range(30)]"
        )
        assert [sum(won) for won in zip(*answers, strict=True)] == [1] * 30

    def test_processes_count_anew_after_the_end(self, keep: Keep, key: str, crowd: Crowd) -> None:
        """A counter that has ended begins once more, and none is lost."""
        keep.increment(key, ttl=SHORT, by=1000)
        sleep(SHORT * 1.25)
        answers = crowd.ask(f"[keep.increment({key!r}, ttl=600).value for _ in range(10)]")
        seen = sorted(number for numbers in answers for number in numbers)
        assert seen == list(range(1, MANY * 10 + 1))

    def test_one_process_deletes(self, keep: Keep, key: str, crowd: Crowd) -> None:
        """Of eight processes exactly one is told that it deleted a value."""
        for number in range(30):
            keep.put(f"{key}{number}", b"x", ttl=LONG)
        answers = crowd.ask(f"[keep.delete({key!r} + str(n)) for n in range(30)]")
        assert [sum(won) for won in zip(*answers, strict=True)] == [1] * 30

    def test_processes_exclude_each_other(self, keep: Keep, key: str, crowd: Crowd) -> None:
        """`add` and `delete` make a lock: what is read and written inside loses nothing."""
        keep.put(f"{key}:sum", b"0", ttl=LONG)
        crowd.ask(f"take_turns({key!r}, 5)")
        assert keep.get(f"{key}:sum") == b"%d" % (MANY * 5)
        assert keep.get(key) is None


def _together(call: Callable[[], list[Any]]) -> list[list[Any]]:
    """Return what each of eight threads gets that call at the same moment."""
    barrier = Barrier(MANY)

    def wait_and_call() -> list[Any]:
        barrier.wait(timeout=30)
        return call()

    with ThreadPoolExecutor(MANY) as pool:
        calls = [pool.submit(wait_and_call) for _ in range(MANY)]
        return [each.result(timeout=60) for each in calls]
