"""The keep in Redis, by the contract and on its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

import pytest

from services import answers, find_url
from stack_core import SettingsError
from stack_core.keep import KeepUnavailable
from stack_core.redis_keep import RedisKeep
from stack_testing.keep import KeepContract

pytestmark = pytest.mark.services


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """An address whose keys are the tests' own, and gone afterwards."""
    prefix = f"stack-test-{uuid4().hex}"
    address = f"{find_url('Redis')}?prefix={prefix}"
    yield address
    from redis import Redis

    with Redis.from_url(find_url("Redis")) as client:
        for name in client.scan_iter(f"{prefix}:*"):
            client.delete(name)


class TestRedisKeep(KeepContract):
    """The contract, among processes."""

    purges = False

    @pytest.fixture
    def keep(self, address: str) -> Iterator[RedisKeep]:
        """A keep whose connections are closed after the test."""
        keep = RedisKeep(address)
        yield keep
        keep.close()

    @pytest.fixture
    def program(self, address: str) -> str:
        """What opens the same keep elsewhere."""
        return f"from stack_core.redis_keep import RedisKeep\nkeep = RedisKeep({address!r})"


@pytest.fixture
def spare(tmp_path: Path) -> Iterator[Spare]:
    """A Redis of the test's own."""
    server = Spare(tmp_path)
    yield server
    server.stop()


class Spare:
    """A Redis that a test may stop, stall and start again."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.address = f"redis://:hunter2@127.0.0.1:{self.port}/0"
        self._command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1"]
        self._command += ["--requirepass", "hunter2", "--save", "", "--dir", str(folder)]
        self._process: subprocess.Popen[bytes] | None = None

    def start(self, *more: str) -> None:
        command = [*self._command, *more]
        self._process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        for _ in range(200):
            if answers("127.0.0.1", self.port):
                return
            time.sleep(0.02)
        pytest.fail("The test's own Redis has not started.")

    def signal(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    def stop(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


def calls(keep: RedisKeep) -> list[Callable[[], object]]:
    return [
        lambda: keep.get("t:a"),
        lambda: keep.put("t:a", b"x", ttl=60),
        lambda: keep.add("t:a", b"x", ttl=60),
        lambda: keep.increment("t:b", ttl=60),
        lambda: keep.delete("t:a"),
    ]


def test_redis_that_is_away_is_said_quickly(spare: Spare) -> None:
    """Every call raises the keep's error, without the password; nothing is tried for long."""
    keep = RedisKeep(spare.address)
    started = time.monotonic()
    for call in calls(keep):
        with pytest.raises(KeepUnavailable, match=r"cannot be used .*'STACK_KEEP'") as caught:
            call()
        assert "hunter2" not in str(caught.value)
    assert time.monotonic() - started < 2


def test_keep_heals_when_redis_is_back(spare: Spare) -> None:
    """After a restart the first call works, on every connection that there was."""
    spare.start()
    keep = RedisKeep(spare.address)
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda n: keep.put(f"t:{n}", b"x", ttl=60), range(64)))
    spare.stop()
    with pytest.raises(KeepUnavailable):
        keep.increment("t:c", ttl=60)
    spare.start()
    with ThreadPoolExecutor(4) as pool:
        counts = pool.map(lambda _: keep.increment("t:c", ttl=60).value, range(64))
    assert sorted(counts) == list(range(1, 65))
    keep.close()


def test_redis_that_does_not_answer_is_given_up(spare: Spare) -> None:
    """A stalled server costs the time-out once, and what was sent is not sent again."""
    spare.start()
    keep = RedisKeep(f"{spare.address}?socket_timeout=0.3")
    keep.increment("t:c", ttl=60)
    spare.signal(signal.SIGSTOP)
    started = time.monotonic()
    with pytest.raises(KeepUnavailable, match="TimeoutError"):
        keep.increment("t:c", ttl=60)
    assert time.monotonic() - started < 1
    spare.signal(signal.SIGCONT)
    time.sleep(0.2)
    assert keep.increment("t:c", ttl=60).value == 3
    keep.close()


def test_wrong_password_is_said(spare: Spare) -> None:
    """It is an error of the keep, and shows neither password."""
    spare.start()
    keep = RedisKeep(spare.address.replace("hunter2", "hunter3"))
    with pytest.raises(KeepUnavailable, match="cannot be used") as caught:
        keep.get("t:a")
    assert "hunter" not in str(caught.value)
    keep.close()


def test_full_redis_is_said(spare: Spare) -> None:
    """One that refuses to write is unavailable, and what is there can be read."""
    spare.start("--maxmemory-policy", "noeviction")
    keep = RedisKeep(spare.address)
    keep.put("t:a", b"x", ttl=60)
    keep._client.config_set("maxmemory", "1")
    with pytest.raises(KeepUnavailable, match="OutOfMemoryError"):
        keep.put("t:b", b"x", ttl=60)
    assert keep.get("t:a") == b"x"
    keep.close()


def test_script_that_was_forgotten_is_sent_again(address: str) -> None:
    """Redis forgets scripts at a restart or on SCRIPT FLUSH; counting goes on, exactly."""
    keep = RedisKeep(address)
    assert keep.increment("t:script", ttl=60).value == 1
    keep._client.script_flush()
    assert keep.increment("t:script", ttl=60).value == 2
    keep.close()


def test_prefixes_share_nothing(address: str) -> None:
    """Two applications in one database of Redis have keys of their own."""
    one, two = RedisKeep(address), RedisKeep(f"{address}-two")
    one.put("t:prefix", b"x", ttl=60)
    assert two.get("t:prefix") is None
    one.close()
    two.close()


def test_every_key_has_an_end(address: str) -> None:
    """Nothing stays in Redis for ever, a counter of a script neither."""
    keep = RedisKeep(address)
    keep.put("t:end1", b"x", ttl=60)
    keep.add("t:end2", b"x", ttl=60)
    for _ in range(2):
        keep.increment("t:end3", ttl=60)
    left = [keep._client.pttl(keep._name(f"t:end{n}")) for n in (1, 2, 3)]
    assert all(0 < each <= 60_000 for each in left)
    keep.close()


@pytest.mark.parametrize("more", ["?nonsense=1", "?db=x", "?socket_timeout=soon"])
def test_option_that_nobody_knows_is_refused(more: str) -> None:
    """What redis-py cannot use is one error that names the setting."""
    with pytest.raises(SettingsError, match=r"'STACK_KEEP' is .*Correct the address"):
        RedisKeep(f"redis://127.0.0.1:6379/0{more}")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_forked_process_has_connections_of_its_own(address: str) -> None:
    """Parent and child do not read each other's answers."""
    keep = RedisKeep(address)
    keep.increment("t:fork", ttl=60)
    child = os.fork()
    if not child:
        with suppress(Exception):
            for _ in range(100):
                keep.increment("t:fork", ttl=60)
        os._exit(0)
    for _ in range(100):
        keep.increment("t:fork", ttl=60)
    os.waitpid(child, 0)
    assert keep.increment("t:fork", ttl=60).value == 202
    keep.close()
