"""What the author of a store gives to the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from flask import Flask

from stack_core.query import EVERYTHING
from stack_core.store import Store, StoreProvider

from .rows import ROWS, Rows


class StoreStand:
    """Where stores stand while they are tried: empty stores of the contract's kinds.

    Derive from it where a method's way is not that of the stores.

    :param app: the application whose signals they send.
    :param provider: finds the store of each kind of the contract by its word.
    """

    def __init__(self, app: Flask, provider: StoreProvider) -> None:
        self.app = app
        self.provider = provider

    def __getitem__(self, kind: str) -> Store:
        store: Store | None = self.provider.find_store(kind)
        if store is None:
            raise LookupError(
                f"The contract needs a store of {kind!r}, but there is none. Give one."
            )
        return store

    def fill(self, rows: Mapping[str, Rows] = ROWS) -> None:
        """Put rows into the empty stores. What a row leads to stands before it."""
        for kind, each in rows.items():
            for values in each:
                self[kind].create(values, EVERYTHING)

    @contextmanager
    def caller(self) -> Iterator[None]:
        """Be somebody who calls: a thread enters it before it uses the stores."""
        with self.app.app_context():
            yield

    def statements(self) -> AbstractContextManager[Sequence[str]]:
        """Note the statements that go to a database during a block; for ``statements``."""
        raise NotImplementedError

    def pend(self, kind: str, values: Mapping[str, Any]) -> Any:
        """Let the caller's session have a new object pending and return it; for ``session``."""
        raise NotImplementedError

    def commit(self) -> None:
        """Commit the caller's session; for ``session``."""
        raise NotImplementedError

    def rollback(self) -> None:
        """Undo what the caller's session has; for ``session``."""
        raise NotImplementedError
