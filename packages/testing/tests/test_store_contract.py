"""The contract of stores, on the stores in memory."""

from __future__ import annotations

import pytest
from flask import Flask

from stack_testing.memory import MemoryStore, MemoryStores
from stack_testing.store import SCHEMAS, StoreContract, StoreStand, describe


def memory_stores() -> MemoryStores:
    """Return empty stores of the contract's kinds."""
    stores = MemoryStores()
    for kind, schema in SCHEMAS.items():
        MemoryStore(describe(kind, stores.describe), related=stores, schema=schema)
    return stores


class TestMemoryStore(StoreContract):
    """Stores in memory keep the contract."""

    exempt = {
        "estimate": "Counting is exact in memory.",
        "statements": "Nothing goes to a database.",
        "session": "There is no session beside the stores.",
    }

    @pytest.fixture
    def stand(self) -> StoreStand:
        """Stores in memory."""
        return StoreStand(Flask("memory"), memory_stores())
