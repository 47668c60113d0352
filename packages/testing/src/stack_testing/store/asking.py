"""Short ways to ask a store, for the tests of the contract."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import msgspec

from stack_core.description import Key
from stack_core.filter import TRUE, Filter
from stack_core.query import EVERYTHING, Page, Position, Query, Reach
from stack_core.store import Store

from .rows import ROWS

ALL = 1000
"""More rows than a kind of the contract has."""


def find_keys(
    store: Store, where: Filter = TRUE, reach: Reach = EVERYTHING, *, order: Sequence[str] = ()
) -> list[Key]:
    """Return the keys of all rows that a filter finds, in order."""
    query = Query(fields=(), where=where, order=tuple(order), limit=ALL)
    return store.page(query, reach).keys


def find_rows(
    store: Store, *fields: str, reach: Reach = EVERYTHING, order: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """Return values of all rows, in order."""
    query = Query(fields=fields, order=tuple(order), limit=ALL)
    return store.page(query, reach).rows


def expected(kind: str, condition: Callable[[Mapping[str, Any]], object]) -> list[Key]:
    """Return the keys of the contract's rows for which a function says so, in their order."""
    return [row["id"] for row in ROWS[kind] if condition(row)]


def by_key(kind: str) -> dict[Key, Mapping[str, Any]]:
    """Return the contract's rows of a kind by their numbers."""
    return {row["id"]: row for row in ROWS[kind]}


def walk(
    store: Store,
    query: Query,
    reach: Reach = EVERYTHING,
    *,
    start: Position | None = None,
    between: Callable[[Page], object] = lambda page: None,
) -> Iterator[Page]:
    """Yield page after page, forwards or as the first position says.

    :param between: is called with each page before the next one is asked for.
    """
    position = start
    for _ in range(ALL):
        page = store.page(msgspec.structs.replace(query, position=position), reach)
        yield page
        between(page)
        position = page.previous if start is not None and start.backwards else page.next
        if position is None:
            return
    raise AssertionError("The pages do not end.")


def walk_keys(pages: Iterator[Page], *, backwards: bool = False) -> list[Key]:
    """Return the keys of pages, in the order of the rows."""
    found = [page.keys for page in pages]
    return [key for keys in (reversed(found) if backwards else found) for key in keys]
