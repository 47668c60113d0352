"""Writes of a store in memory: each is a transaction of its own, or a savepoint in an open one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import msgspec

from stack_core.description import Description, Key
from stack_core.event import Change
from stack_core.filter import Filter, fold, holds
from stack_core.problem import FieldError, Invalid, NotFound
from stack_core.query import EVERYTHING, Aggregate, Query, Reach
from stack_core.store import Saved, Work

from .checking import check_filter
from .journal import Action, Entry, keep_change, make_change, tell_change
from .kind import Kind
from .past import row_at
from .record import Sight, View
from .schema import Row, key_of
from .stores import MemoryStores
from .tables import Transaction
from .writing import Writing


class MemoryWork(Work):
    """What finds and writes the rows of one kind."""

    _kind: Kind
    _stores: MemoryStores

    @property
    def description(self) -> Description:
        """What the things look like."""
        return self._kind.description

    def create(self, values: Mapping[str, Any], reach: Reach) -> Saved:
        """Create a row."""
        with self._stores.tables.transaction() as transaction:
            view = self._writing(transaction, reach).add(values)
            names = [name for name in self.description.by_name if name in values]
            tell_change(transaction, self._keep(transaction, "create", None, view.row, names))
            return self._saved(view, names, known=values)

    def update(
        self, key: Key, values: Mapping[str, Any], reach: Reach, *, version: Any = None
    ) -> Saved:
        """Write what differs."""
        with self._stores.tables.transaction() as transaction:
            writing = self._writing(transaction, reach)
            before = writing.find(key, version)
            view, names = writing.change(before, values)
            if names:
                change = self._keep(transaction, "update", before.row, view.row, names)
                tell_change(transaction, change)
            return self._saved(view, names, known=values)

    def delete(self, key: Key, reach: Reach, *, version: Any = None) -> Saved:
        """Delete a row, or mark it as deleted where its schema says so."""
        with self._stores.tables.transaction() as transaction:
            writing = self._writing(transaction, reach)
            found = writing.find(key, version)
            after = writing.remove(found)
            tell_change(transaction, self._keep(transaction, "delete", found.row, after))
            return Saved(key=key)

    def create_many(self, rows: Iterable[Mapping[str, Any]], reach: Reach) -> int:
        """Create all of the rows or none, and return how many."""
        with self._stores.tables.transaction() as transaction:
            writing, count = self._writing(transaction, reach), 0
            for count, values in enumerate(rows, 1):
                try:
                    view = writing.add(values)
                except Invalid as error:
                    raise _of_row(error, count - 1) from None
                self._keep(transaction, "create", None, view.row, list(values))
            return self._note_many(
                transaction, make_change(self.description, "create", None), count
            )

    def update_where(self, where: Filter, values: Mapping[str, Any], reach: Reach) -> int:
        """Update all of the rows or none, and return how many."""
        with self._stores.tables.transaction() as transaction:
            writing = self._writing(transaction, reach)
            found = list(self._find(Query(fields=(), where=where), reach))
            for view in found:
                after, names = writing.change(view, values)
                if names:
                    self._keep(transaction, "update", view.row, after.row, names)
            change = make_change(self.description, "update", None, new=values)
            change = msgspec.structs.replace(change, where=where)
            return self._note_many(transaction, change, len(found))

    def delete_where(self, where: Filter, reach: Reach) -> int:
        """Delete all of the rows or none, and return how many."""
        with self._stores.tables.transaction() as transaction:
            writing = self._writing(transaction, reach)
            keys = [view.key for view in self._find(Query(fields=(), where=where), reach)]
            for key in keys:
                found = writing.find(key)
                self._keep(transaction, "delete", found.row, writing.remove(found))
            change = make_change(self.description, "delete", None)
            change = msgspec.structs.replace(change, where=where)
            return self._note_many(transaction, change, len(keys))

    def restore(self, key: Key, at: float, reach: Reach) -> Saved:
        """Write the values back that the row had at a time; a deleted row comes back."""
        with self._stores.tables.transaction() as transaction:
            writing = self._writing(transaction, reach)
            row = row_at(transaction.tables, self._kind, key, at)
            live = self._look(key, EVERYTHING)
            if row is None or not writing.may_restore(key):
                raise NotFound("There is no such row, or there was none at that time.")
            if live is None:
                view, names = writing.put(key, row), list(self._values(row))
            else:
                view, names = writing.change(live, self._values(row))
            before = None if live is None else live.row
            tell_change(transaction, self._keep(transaction, "restore", before, view.row, names))
            return self._saved(view, names, known=())

    def _sight(self, reach: Reach | None) -> Sight:
        return Sight(self._stores.kinds, self._stores.tables.snapshot(), reach)

    def _look(self, key: Key, reach: Reach) -> View | None:
        whole = self._sight(None).find(self._kind.name, key)
        if whole is None or not holds(reach.row, whole):
            return None
        return View(self._sight(reach), self._kind.name, whole.row)

    def _find(self, what: Query | Aggregate, reach: Reach) -> Iterator[View]:
        """Return the rows that a filter and a search find, once everything is checked."""
        where, words = what.where, fold(what.search).split()
        check_filter(self.description, where, reach)
        check_filter(self.description, reach.row, EVERYTHING)
        sight, only = self._sight(reach), what.search_in
        texts = [field.name for field in self.description.fields if field.searchable]
        texts = [name for name in texts if only is None or name in only]
        return (
            view
            for view in sight.all(self._kind.name)
            if holds(reach.row, View(sight.whole, view.kind, view.row)) and holds(where, view)
            if all(any(word in fold(view.row.get(name) or "") for name in texts) for word in words)
        )

    def _values(self, row: Row) -> Row:
        """Return what of a row is written back: its fields, without the version."""
        known = self.description.by_name.keys() - {self.description.version}
        return {name: value for name, value in row.items() if name in known}

    def _writing(self, transaction: Transaction, reach: Reach) -> Writing:
        return Writing(self._stores, self._kind, transaction, reach)

    def _keep(
        self,
        transaction: Transaction,
        action: Action,
        before: Row | None,
        after: Row | None,
        names: Iterable[str] = (),
    ) -> Change:
        """Write what was done into the history, and return it."""
        row = after or before or {}
        if action == "delete":
            old, new = row if before is None else before, {}
        else:
            new = {name: row.get(name) for name in names}
            old = {name: before.get(name) for name in names} if before else {}
        key = key_of(self.description, row)
        change = make_change(self.description, action, key, old=old, new=new)
        keep_change(self._stores.tables, transaction, Entry(change, before, after))
        return change

    def _note_many(self, transaction: Transaction, change: Change, count: int) -> int:
        """Tell one change of many rows, and return how many it were."""
        if count:
            tell_change(transaction, msgspec.structs.replace(change, count=count))
        return count

    def _saved(self, view: View, changed: Iterable[str], known: Iterable[str]) -> Saved:
        """Return what a write did, with the values that the writer may see of what was written."""
        names = [name for name in known if self.description.by_name[name].readable]
        seen = {
            name: view.value(name) for name in names if not self.description.by_name[name].many
        }
        return Saved(
            key=view.key,
            version=view.row.get(self.description.version),
            changed=tuple(changed),
            known={"": key_of(self.description, view.row), **seen},
            load=view.record,
        )


def _of_row(error: Invalid, number: int) -> Invalid:
    """Return the error of one row among many."""
    errors = [FieldError((number, *each.path), each.message, each.code) for each in error.errors]
    return Invalid(error.detail, errors=errors)
