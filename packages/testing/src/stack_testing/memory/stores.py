"""Stores that know each other."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from flask import Flask

from stack_core import Registry
from stack_core.description import Description
from stack_core.store import STORES, Store

from .tables import Tables

if TYPE_CHECKING:
    from .kind import Kind


class MemoryStores:
    """Stores in memory that know each other, as the tables of one database do.

    They share their transactions. It is a provider of stores: after
    ``stores.init_app(app)`` a desk on that application finds them by their
    kind's word, or by the class of their schema.
    """

    def __init__(self) -> None:
        self.tables = Tables()
        self.kinds: dict[str, Kind] = {}
        self._stores: dict[str, Store] = {}

    def __getitem__(self, kind: str) -> Store:
        return self._stores[kind]

    def __iter__(self) -> Iterator[str]:
        return iter(self._stores)

    def init_app(self, app: Flask) -> None:
        """Offer the stores to whoever looks for one on an application."""
        Registry.of(app).offer(STORES, self)

    def add(self, store: Store, kind: Kind) -> None:
        """Take in a store; its making calls this.

        :raises ValueError: there is one for that kind.
        """
        if kind.name in self._stores:
            raise ValueError(f"There is a store for {kind.name!r}. Give the kind another word.")
        self.kinds[kind.name] = kind
        self._stores[kind.name] = store

    def find_store(self, thing: object) -> Store | None:
        """Return the store of a kind's word or of a class, or None where it is not kept here."""
        if isinstance(thing, str):
            return self._stores.get(thing)
        if isinstance(thing, type):
            for name, kind in self.kinds.items():
                if kind.schema.cls is thing:
                    return self._stores[name]
        return None

    def describe(self, kind: str) -> Description:
        """Return the description of a kind: what a description's ``resolve`` calls.

        :raises LookupError: no store here keeps it.
        """
        if kind not in self.kinds:
            raise LookupError(f"No store in memory keeps {kind!r}. Make one for it.")
        return self.kinds[kind].description

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Open a transaction of all the stores, or a savepoint where one is open."""
        with self.tables.transaction():
            yield
