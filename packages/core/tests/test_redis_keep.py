"""The keep in Redis, by the contract and on its own."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from services import find_url
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
