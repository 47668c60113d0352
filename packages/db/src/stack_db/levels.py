"""What happened in a session, by the transaction or savepoint that decides whether it lasts."""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

from sqlalchemy.orm import Session, SessionTransaction

T = TypeVar("T")


class Outcome(NamedTuple, Generic[T]):
    """What a transaction's end has decided: what was committed for good, and what was undone."""

    committed: list[T]
    undone: list[T]


class Levels(Generic[T]):
    """Items in their order, each until the outermost transaction has ended.

    SQLAlchemy says that a transaction is being committed, then that one has
    ended. One that ended without the first was undone.

    :param session: None where somebody else decides.
    """

    def __init__(self, session: Session | None) -> None:
        self._session = session
        self._items: list[tuple[SessionTransaction | None, T]] = []
        self._kept: SessionTransaction | None = None

    def __len__(self) -> int:
        return len(self._items)

    def add(self, item: T) -> None:
        """Add what happens now."""
        self._items.append((self._find(), item))

    def cut(self, position: int) -> None:
        """Forget what was added after there were so many."""
        del self._items[position:]

    def take(self) -> list[T]:
        """Return everything, and forget it."""
        items, self._items = self._items, []
        return [item for _, item in items]

    def note_commit(self) -> None:
        """Remember which transaction is being committed."""
        self._kept = self._find()

    def end(self, ended: SessionTransaction) -> Outcome[T]:
        """Return what the end of a transaction or savepoint decides."""
        kept, self._kept = self._kept is ended, None
        if not ended.nested:
            everything = self.take()
            return Outcome(everything, []) if kept else Outcome([], everything)
        outer, inner, undone = _find_outer(ended), self._items, []
        self._items = []
        for level, item in inner:
            if level is not ended:
                self._items.append((level, item))
            elif kept:
                self._items.append((outer, item))
            else:
                undone.append(item)
        return Outcome([], undone)

    def _find(self) -> SessionTransaction | None:
        if self._session is None:
            return None
        return self._session.get_nested_transaction() or self._session.get_transaction()


def _find_outer(savepoint: SessionTransaction) -> SessionTransaction | None:
    """Return what is around a savepoint; a flush is no transaction of its own."""
    outer = savepoint.parent
    while outer is not None and not outer.nested and outer.parent is not None:
        outer = outer.parent
    return outer
