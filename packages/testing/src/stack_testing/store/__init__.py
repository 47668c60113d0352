"""The contract of a store: tests that any store passes, whoever wrote it."""

from .contract import StoreContract
from .library import FIELDS, SCHEMAS, Genre, describe
from .rows import ROWS
from .stand import StoreStand

__all__ = ["FIELDS", "ROWS", "SCHEMAS", "Genre", "StoreContract", "StoreStand", "describe"]
