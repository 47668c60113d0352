"""What admin, REST and forms hold: a store that asks access before everything it does."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Literal

import msgspec
from flask import Flask

from .access import Access
from .act import Act, narrow
from .bookmark import Bookmarks
from .choosing import ask_for_rows, name_rows, pick_values
from .condition import check_search, refuse_path
from .description import Choice, Description, Field, Key
from .desk_work import DeskWork
from .draft import find_writable
from .event import Change
from .filter import TRUE, Filter
from .inspection import Inspection, check_key, check_number
from .past import strip
from .plan import Plans
from .problem import NotFound, Unable
from .query import Aggregate, Page, Query, Reach, Total
from .store import Ability, Related, Saved, Store, Work, store_for

__all__ = ["Desk", "DeskWork", "Listing"]


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """A page whose ends are text that may be given away.

    :param rows: plain tuples of exactly ``fields``.
    :param keys: of the same rows.
    :param next: the cursor of the page after it, or None; ``previous`` of the one before.
    :param searched: how the search was done, as of :class:`~stack_core.query.Page`.
    """

    fields: tuple[str, ...]
    rows: list[tuple[Any, ...]]
    keys: list[Key]
    total: Total | None
    next: str | None
    previous: str | None
    searched: Literal["none", "index", "scan", "bounded"] = "none"


class Desk(DeskWork):
    """One kind of thing on one application, for whoever asks.

    It may live as long as the application: it finds its store at its first
    use, and asks who it is for at every act.

    :param thing: a class, a kind's word, or a store.
    :param public: permissions that everybody has here, such as ``book.read``:
        without a scope, and with every field that is ever shown.
    :param limit: the most rows of a page.
    """

    def __init__(
        self, app: Flask, thing: object, *, public: Collection[str] = (), limit: int = 1000
    ) -> None:
        self._app = app
        self._thing = thing
        self._public = frozenset(public)
        self._limit = limit
        self._found: Store | None = None

    @property
    def description(self) -> Description:
        """What the things look like; not narrowed to a person."""
        return self._store.description

    def allows(self, verb: str) -> bool:
        """Tell whether the person may; for showing a button."""
        return self._act().allows(verb)

    def require(self, verb: str) -> Access:
        """Return who asks, or raise their refusal."""
        act = self._act()
        act.require(verb)
        return act.access

    def able(self, ability: Ability) -> bool:
        """Tell whether the store can; for showing a button."""
        return ability in self._store.abilities

    def fields(self, verb: str = "read") -> tuple[Field, ...]:
        """Return the fields that the person may read, or write with a verb.

        To-many relations are among them, which stand in no query's fields.
        """
        act = self._act()
        if verb != "read":
            return find_writable(act, verb)
        return tuple(field for field in act.description.fields if act.sees_field(field))

    def page(
        self, query: Query, cursor: str = "", *, bare: bool = False, within: Filter = TRUE
    ) -> Listing:
        """Return a page; a cursor stands in place of the query's position.

        A limit beyond the desk's own is the desk's own.

        :param bare: the cursors carry keys alone, for what the order is by is not
            to be told: whoever gets a cursor can read its values.
        :param within: what holds besides. The caller's own code says it, as a scope does: it is
            not held against what the person may read, and has values of the fields' own types.
        :raises BadQuery: something in it cannot be asked for, or the cursor is
            not one of this kind and order.
        """
        asked = Inspection(self._act())
        plan = asked.check_paths(query.fields, query.order)
        limit = asked.check_numbers(query, self._limit)
        where = asked.check_where(query.where)
        among = None
        if query.search:
            self._need("search")
            among = asked.check_search(query.search, query.search_in)
        marks = Bookmarks(self._app, plan, bare=bare)
        position = query.position
        if cursor:
            position = marks.read(cursor, self._store, asked)
        elif position is not None:
            position = asked.check_position(position, plan.order)
        query = msgspec.structs.replace(
            query, where=where, search_in=among, position=position, limit=limit
        )
        return _list(self._store.page(query, narrow(asked.reach("read"), within)), marks)

    def stream(self, query: Query, *, within: Filter = TRUE) -> Iterator[tuple[Any, ...]]:
        """Check everything, then return the rows one by one.

        :param within: what holds besides, as of :meth:`page`.
        """
        asked = self._ask("read", "stream", *_searching(query.search))
        asked.check_paths(query.fields, query.order)
        among = asked.check_search(query.search, query.search_in)
        query = msgspec.structs.replace(
            query, where=asked.check_where(query.where), search_in=among, position=None
        )
        return self._store.stream(query, narrow(asked.reach("read"), within))

    def aggregate(self, what: Aggregate) -> list[tuple[Any, ...]]:
        """Return a line for each group."""
        asked = self._ask("read", "aggregate", *_searching(what.search))
        asked.check_aggregate(what)
        among = asked.check_search(what.search, what.search_in)
        where, limit = asked.check_where(what.where), min(what.limit, self._limit)
        what = msgspec.structs.replace(what, where=where, search_in=among, limit=limit)
        return self._store.aggregate(what, asked.reach("read"))

    def links(self, name: str, keys: Sequence[Key], *, limit: int) -> list[tuple[Key, Key]]:
        """Return the keys that a to-many relation leads to, each beside the key that it is from.

        They are in the order of the first key, then of the second.

        :param keys: at most 1,000; what the person may not read has no pairs.
        :param limit: of pairs; the desk's own, which is of rows, does not count.
        :raises BadQuery: the name is no to-many relation that the person may read.
        """
        asked = self._ask("read", "links")
        keys = asked.check_links(name, keys)
        check_number(limit, 1, "limit")
        return self._store.links(name, keys, asked.reach("read"), limit=limit)

    def row(
        self, key: Key, fields: Sequence[str], *, saved: Saved | None = None
    ) -> tuple[Any, ...]:
        """Return one row's values, without reading those that a write already knows.

        :param saved: what a write of this desk has returned for the row.
        :raises NotFound: there is no such row, or none that the person may read.
        """
        key, reach = self._reach_row(key, fields)
        known = saved.known if saved is not None and saved.key == key else {}
        missing = [path for path in fields if path not in known] if known else fields
        if known and not missing:
            return tuple(known[path] for path in fields)
        row = self._store.row(key, missing, reach)
        if row is None:
            raise NotFound()
        if not known:
            return row
        read = {**known, **dict(zip(missing, row, strict=True))}
        return tuple(read[path] for path in fields)

    def get(self, key: Key, verb: str = "read") -> Any:
        """Return the real object, which a verb may be done to.

        :raises NotFound: there is no such row, or none that the person may read.
        :raises Denied: the person may read it, and not do that to it.
        """
        asked = self._ask(verb)
        key = asked.check_key(key)
        found = self._store.get(key, asked.reach(verb))
        if found is None:
            raise self._refuse(asked, verb, key)
        return found

    def choices(
        self, name: str, text: str = "", *, keys: Sequence[Key] = (), limit: int = 20
    ) -> list[Choice]:
        """Return what a field may be set to: rows of a relation's other kind, or its choices.

        A relation's are those that the person may read, in the order of their
        labels.

        :param text: a part of their labels.
        :param keys: those only, to show what is chosen already.
        """
        act = self._act()
        field = act.description.by_name.get(name)
        if field is None or not (
            act.sees_field(field)
            or act.writes_field("create", field)
            or act.writes_field("update", field)
        ):
            raise refuse_path(name)
        check_search(text)
        if field.type != "relation":
            return pick_values(field, text, keys, limit)
        other = Desk(self._app, field.relation, public=self._public)
        query = ask_for_rows(other._ask("read"), text, keys, limit)
        page = other.page(query)
        return name_rows(other.description, page.keys, page.rows)

    def related(self, key: Key) -> tuple[Related, ...]:
        """Return what a delete of this row would touch.

        How many there are is told to who may read all of them.
        """
        asked = self._ask("delete", "related")
        key = asked.check_key(key)
        try:
            found = self._store.related(key, asked.reach("delete"))
        except NotFound:
            raise self._refuse(asked, "delete", key) from None
        return tuple(_hide_total(asked.act, each) for each in found)

    def history(self, key: Key, *, limit: int = 50) -> list[Change]:
        """Return what was done to a row, newest first, without what the person may not read.

        Under a scope it ends where the row came into it.
        """
        asked = self._ask("read", "history")
        key = asked.check_key(key)
        limit = max(1, min(limit, self._limit))
        return strip(asked.act, self._store.history(key, asked.reach("read"), limit=limit))

    def parse_key(self, text: str) -> Key:
        """Return the key of a text out of an address.

        :raises NotFound: it is no key's text.
        """
        try:
            return self.description.parse_key(text)
        except LookupError:
            raise NotFound() from None

    @contextmanager
    def transaction(self) -> Iterator[DeskWork]:
        """Open a transaction, or a savepoint where one is open; each of its writes is asked."""
        with self._store.transaction() as work:
            yield _Transaction(self, work)

    @property
    def _store(self) -> Store:
        if self._found is None:
            self._found = store_for(self._app, self._thing)
        return self._found

    def _act(self) -> Act:
        store = self._found or self._store
        return Act(self._app, store.description, self._public)

    def _reach_row(self, key: Key, fields: Sequence[str]) -> tuple[Key, Reach]:
        """Return a row's key, and what is reached by reading its fields.

        Where all of it was met before, nothing but access is asked.
        """
        act = self._act()
        plan = Plans.of(act.description).find(fields)
        reach = act.reach_along(plan) if plan is not None else None
        if reach is not None:
            return check_key(act.description, key), reach
        asked = Inspection(act)
        asked.check_paths(fields)
        return asked.check_key(key), asked.reach("read")

    def _ask(self, verb: str, *abilities: Ability) -> Inspection:
        act = self._act()
        act.require(verb)
        for ability in abilities:
            self._need(ability)
        return Inspection(act)

    def _need(self, ability: Ability) -> None:
        if ability not in self._store.abilities:
            raise Unable(f"What is kept here has no {ability!r}. Do without it.")


class _Transaction(DeskWork):
    """Writes of one transaction of a desk."""

    def __init__(self, desk: Desk, work: Work) -> None:
        self._desk = desk
        self._own = work

    def _ask(self, verb: str, *abilities: Ability) -> Inspection:
        return self._desk._ask(verb, *abilities)

    @property
    def _store(self) -> Store:
        return self._desk._store

    @property
    def _work(self) -> Work:
        return self._own


def _list(page: Page, marks: Bookmarks) -> Listing:
    return Listing(
        fields=page.fields,
        rows=page.rows,
        keys=page.keys,
        total=page.total,
        next=marks.write(page.next),
        previous=marks.write(page.previous),
        searched=page.searched,
    )


def _hide_total(act: Act, related: Related) -> Related:
    """Return what is related, counted for who may read all rows of that kind."""
    return related if act.reads_all(related.kind) else msgspec.structs.replace(related, total=None)


def _searching(text: str) -> tuple[Ability, ...]:
    return ("search",) if text else ()
