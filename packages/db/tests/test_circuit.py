"""While a server is silent nobody waits for it, but one who asks on behalf of all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest

from stack_db import circuit
from stack_db.circuit import Circuit


class OperationalError(Exception):
    """A driver's error, of one whose numbers are known."""

    __module__ = "pymysql.err"


DRIVER = SimpleNamespace(Error=OperationalError, OperationalError=OperationalError)


class Connection:
    def close(self) -> None: ...


class Host:
    """What is connected to: it answers, refuses, or is silent until the time-out."""

    def __init__(self) -> None:
        self.state = "answers"
        self.attempts: list[float] = []
        self.limits: list[float] = []

    def connect(self, *, connect_timeout: float = 0.3) -> Connection:
        self.attempts.append(time.monotonic())
        self.limits.append(connect_timeout)
        if self.state == "silent":
            time.sleep(connect_timeout)
        if self.state != "answers":
            raise OperationalError(2003, self.state)
        return Connection()


@pytest.fixture
def host(monkeypatch: pytest.MonkeyPatch) -> Host:
    """A host, with times a tenth of the real ones."""
    for name in ("SLOW", "INTERVAL", "FORGET"):
        monkeypatch.setattr(circuit, name, getattr(circuit, name) / 10)
    return Host()


@pytest.fixture
def guarded(host: Host) -> Iterator[Circuit]:
    made = Circuit(host.connect, driver=DRIVER, limit="connect_timeout")
    yield made
    made.stop()
    thread = made._thread
    if thread is not None:
        thread.join(2)


def ask(guarded: Circuit) -> tuple[str, float]:
    """Return what happened and how long it took."""
    began = time.monotonic()
    try:
        guarded(connect_timeout=0.3)
    except OperationalError as error:
        return str(error.args[1]), time.monotonic() - began
    return "answers", time.monotonic() - began


def test_answering_host_is_asked_each_time(host: Host, guarded: Circuit) -> None:
    """Nothing stands in the way of a connection."""
    assert [ask(guarded)[0] for _ in range(3)] == ["answers"] * 3
    assert len(host.attempts) == 3


def test_quick_refusal_opens_nothing(host: Host, guarded: Circuit) -> None:
    """A host that refuses is asked by everybody, and is there the moment that it is back."""
    host.state = "refuses"
    assert [ask(guarded)[0] for _ in range(3)] == ["refuses"] * 3
    host.state = "answers"
    assert ask(guarded)[0] == "answers"
    assert not guarded.is_open


def test_silence_costs_one_time_out(host: Host, guarded: Circuit) -> None:
    """After the first has waited in vain, the others have the same answer at once."""
    host.state = "silent"
    assert ask(guarded)[1] >= 0.3
    answers = [ask(guarded) for _ in range(50)]
    assert {said for said, _ in answers} == {"silent"}
    assert max(took for _, took in answers) < 0.1


def test_latecomers_do_not_wait(host: Host, guarded: Circuit) -> None:
    """Who comes while somebody has been waiting for long is not sent to wait too."""
    host.state = "silent"
    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(ask, guarded)
        time.sleep(0.15)
        later = [pool.submit(ask, guarded) for _ in range(3)]
        assert max(each.result()[1] for each in later) < 0.1
        assert first.result()[1] >= 0.3


def test_host_is_asked_once_in_an_interval(host: Host, guarded: Circuit) -> None:
    """However many callers there are."""
    host.state = "silent"
    ask(guarded)
    before = len(host.attempts)
    end = time.monotonic() + 1.0
    while time.monotonic() < end:
        ask(guarded)
        time.sleep(0.001)
    assert 1 <= len(host.attempts) - before <= 11


def test_circuit_closes_by_itself(host: Host, guarded: Circuit) -> None:
    """The success of the one who asks lets everybody through."""
    host.state = "silent"
    ask(guarded)
    host.state = "answers"
    began = time.monotonic()
    while ask(guarded)[0] != "answers":
        assert time.monotonic() - began < 1
        time.sleep(0.01)
    assert not guarded.is_open


def test_nobody_asks_for_nobody(host: Host, guarded: Circuit) -> None:
    """Without callers the thread ends, and the next one tries for himself."""
    host.state = "silent"
    ask(guarded)
    thread: Any = guarded._thread
    thread.join(2)
    assert not thread.is_alive()
    assert ask(guarded)[1] >= 0.3


def test_disposed_engine_lets_the_thread_go(host: Host, guarded: Circuit) -> None:
    """What ends the pool ends the thread."""
    host.state = "silent"
    ask(guarded)
    guarded.stop()
    thread: Any = guarded._thread
    thread.join(1)
    assert not thread.is_alive()


def test_other_errors_pass(guarded: Circuit, host: Host) -> None:
    """What is no fault of a connection opens nothing, however long it takes."""

    def fail(**named: Any) -> None:
        time.sleep(0.15)
        raise sqlite3.ProgrammingError("wrong")

    broken = Circuit(fail, driver=sqlite3)
    with pytest.raises(sqlite3.ProgrammingError):
        broken()
    assert not broken.is_open


def test_error_is_a_new_one_each_time(host: Host, guarded: Circuit) -> None:
    """A traceback does not grow with every caller."""
    host.state = "silent"
    ask(guarded)
    seen = []
    for _ in range(2):
        with pytest.raises(OperationalError) as caught:
            guarded(connect_timeout=0.3)
        seen.append(caught.value)
    assert seen[0] is not seen[1]
