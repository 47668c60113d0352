"""How things of one kind are found and kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Literal, Protocol, cast

import msgspec
from flask import Flask

from .description import Description, Key
from .event import Change
from .filter import Filter
from .finding import Finding
from .problem import Unable
from .query import Aggregate, Page, Query, Reach, Total
from .registry import Registry
from .stores import STORES, StoreProvider

__all__ = [
    "STORES",
    "Ability",
    "Related",
    "Saved",
    "Store",
    "StoreProvider",
    "Work",
    "describe",
    "store_for",
]

Ability = Literal[
    "search", "stream", "estimate", "bulk", "history", "restore", "related", "aggregate", "advise",
    "links",
]  # fmt: skip
"""What a store may be able to do beyond the required."""


class Saved(msgspec.Struct, frozen=True, kw_only=True):
    """What a write did.

    :param version: the row's new one.
    :param changed: the fields whose values differ from before.
    :param known: values as they are stored now, the key under the empty path; only what the
        writer may see, and only what is known without reading again.
    :param load: returns the object.
    """

    key: Key
    version: Any = None
    changed: tuple[str, ...] = ()
    known: Mapping[str, Any] = {}
    load: Callable[[], Any] = lambda: None

    def object(self) -> Any:
        """Return the real object, read when it is asked for."""
        return self.load()


class Related(msgspec.Struct, frozen=True):
    """Rows of another kind that a delete would touch.

    :param kind: the word of the other kind, or its table's name where it has none.
    :param name: the relation's field, or the foreign key's columns where it has none.
    :param total: all of them; None where a desk hides it from who may not read them all.
    :param what: happens to them: they go too, lose their link, or forbid the delete.
    """

    kind: str
    name: str
    total: Total | None
    what: Literal["delete", "clear", "refuse"]


class Work(Protocol):
    """Writes. Optional ones raise :class:`Unable` unless a store overrides them."""

    def create(self, values: Mapping[str, Any], reach: Reach) -> Saved:
        """Create a row.

        :raises Conflict: a value that must be unique is taken.
        :raises Invalid: the database, or a relation out of reach, refuses a value.
        :raises Denied: the row would lie outside of the writer's reach.
        """
        ...

    def update(
        self, key: Key, values: Mapping[str, Any], reach: Reach, *, version: Any = None
    ) -> Saved:
        """Write what differs.

        :param version: must be the row's own, if it is given.
        :raises NotFound: there is no such row in reach.
        :raises Stale: the version is another one.
        """
        ...

    def delete(self, key: Key, reach: Reach, *, version: Any = None) -> Saved:
        """Delete a row, or mark it as deleted where its model says so."""
        ...

    def create_many(self, rows: Iterable[Mapping[str, Any]], reach: Reach) -> int:
        """Create all of the rows or none, and return how many."""
        raise Unable()

    def update_where(self, where: Filter, values: Mapping[str, Any], reach: Reach) -> int:
        """Update all of the rows or none, and return how many."""
        raise Unable()

    def delete_where(self, where: Filter, reach: Reach) -> int:
        """Delete all of the rows or none, and return how many."""
        raise Unable()

    def restore(self, key: Key, at: float, reach: Reach) -> Saved:
        """Write the values back that the row had at a time, in seconds since 1970."""
        raise Unable()


class Store(Work, Protocol):
    """How things of one kind are kept. As a work, each write is a transaction of its own."""

    @property
    def description(self) -> Description:
        """What the things look like."""
        ...

    @property
    def abilities(self) -> frozenset[Ability]:
        """What it can do beyond the required; the caller hides the buttons of the others."""
        ...

    def page(self, query: Query, reach: Reach) -> Page:
        """Return the rows between two positions."""
        ...

    def row(self, key: Key, fields: Sequence[str], reach: Reach) -> tuple[Any, ...] | None:
        """Return one row's values, or None where there is none in reach."""
        ...

    def get(self, key: Key, reach: Reach) -> Any | None:
        """Return the real object, or None where there is none in reach."""
        ...

    def transaction(self) -> AbstractContextManager[Work]:
        """Open a transaction, or a savepoint where one is open."""
        ...

    def stream(self, query: Query, reach: Reach) -> Iterator[tuple[Any, ...]]:
        """Return every row one by one; position, offset and limit do not count.

        It holds a connection until it is exhausted or closed.
        """
        raise Unable()

    def aggregate(self, what: Aggregate, reach: Reach) -> list[tuple[Any, ...]]:
        """Return a line for each group."""
        raise Unable()

    def related(self, key: Key, reach: Reach) -> tuple[Related, ...]:
        """Return what a delete of this row would touch, whether or not it is in reach."""
        raise Unable()

    def history(self, key: Key, reach: Reach, *, limit: int = 50) -> list[Change]:
        """Return what was done to a row, newest first."""
        raise Unable()

    def links(
        self, name: str, keys: Sequence[Key], reach: Reach, *, limit: int
    ) -> list[tuple[Key, Key]]:
        """Return the keys that a to-many relation leads to, each beside the key that it is from.

        :param keys: those of them count whose rows are in reach.
        :param limit: of pairs. They are in the order of the first key, then of the second;
            beyond 500 keys that of texts may be Python's.
        :raises LookupError: there is no such relation.
        """
        raise Unable()

    def advise(self, query: Query) -> tuple[Finding, ...]:
        """Return which index this query misses."""
        raise Unable()


def store_for(app: Flask, thing: object) -> Store:
    """Return the store of a class, of a kind's word, or the store itself that was given.

    :raises LookupError: nobody on the application keeps it; the error says what to do.
    """
    providers = Registry.of(app).offers(STORES)
    for provider in providers:
        if (store := provider.find_store(thing)) is not None:
            return cast(Store, store)
    if not isinstance(thing, type | str) and hasattr(thing, "page"):
        return cast(Store, thing)
    if isinstance(thing, type):
        shown = f"{thing.__module__}.{thing.__qualname__}"
    else:
        shown = repr(thing)
    if providers:
        raise LookupError(
            f"Nothing on this application keeps {shown}."
            " Give a class that is mapped on its database, a kind's word, or a store."
        )
    raise LookupError(
        f"Nothing on this application keeps {shown}, for it has no stores."
        " Initialise 'db' on it, or give a store."
    )


def describe(app: Flask, thing: object) -> Description:
    """Return the description of what :func:`store_for` finds."""
    return store_for(app, thing).description
