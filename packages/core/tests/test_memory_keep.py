"""The keep in memory, by the contract and on its own."""

from __future__ import annotations

import os
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
