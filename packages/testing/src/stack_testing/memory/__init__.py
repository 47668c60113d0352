"""Stores in memory, for tests of what stands on a store and needs no database."""

from .record import Record
from .schema import Schema, Through
from .store import MemoryStore
from .stores import MemoryStores

__all__ = ["MemoryStore", "MemoryStores", "Record", "Schema", "Through"]
