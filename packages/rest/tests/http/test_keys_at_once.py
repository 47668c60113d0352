"""Equal requests at the same moment have one effect, among threads and among processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

MANY = 8


def test_threads_make_one(make: Any) -> None:
    """Of eight equal requests one is made; the others are told so, or to come again."""
    interface, made, lock, barrier = make(), [], Lock(), Barrier(MANY)

    def create() -> tuple[str, int]:
        with lock:
            made.append(1)
        return f'{{"number": {len(made)}}}', 201

    interface.add("orders", create, "POST", keyed=True)

    def post(_: int) -> int:
        client = interface.client()
        barrier.wait(timeout=30)
        headers = {"Idempotency-Key": "k-1"}
        return int(client.post("/api/orders", json={"hat": 1}, headers=headers).status_code)

    with ThreadPoolExecutor(MANY) as pool:
        codes = list(pool.map(post, range(MANY)))
    assert made == [1]
    assert set(codes) <= {201, 409}
    assert 201 in codes
