"""Writes at a desk: each is asked, checked, and handed to a store with what it may reach."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping
from math import isfinite
from typing import Any, Literal

import msgspec

from .description import Key
from .draft import accept_values, check_values, find_writable
from .filter import Filter
from .inspection import Inspection
from .problem import BadQuery, NotFound, Problem
from .store import Ability, Saved, Store, Work


class DeskWork(ABC):
    """Writes of one transaction, each asked and checked like a desk's own.

    Values were converted, as :meth:`accept` does it; what is checked where they
    are written is which fields they are for.
    """

    @abstractmethod
    def _ask(self, verb: str, *abilities: Ability) -> Inspection:
        """Ask who it is for, and refuse who may not."""

    @property
    @abstractmethod
    def _store(self) -> Store: ...

    @property
    def _work(self) -> Work:
        return self._store

    def accept(
        self, verb: Literal["create", "update"], values: Mapping[str, Any], *, text: bool = False
    ) -> dict[str, Any]:
        """Return what came from outside as values to write, each converted by its field.

        Nothing is written, and a write checks its fields again.

        :param text: the values came as text, from a form.
        :raises Invalid: it has all fields that are unknown, fixed or missing, and
            all values that cannot be converted.
        """
        return accept_values(self._ask(verb), verb, values, text=text)

    def create(self, values: Mapping[str, Any]) -> Saved:
        """Create a row.

        :raises Invalid: it has all fields that are unknown, fixed or missing.
        :raises Conflict: a value that must be unique is taken.
        """
        asked = self._ask("create")
        check_values(asked, "create", values)
        return _tell(asked, self._work.create(values, asked.reach("create")))

    def update(self, key: Key, values: Mapping[str, Any], *, version: Any = None) -> Saved:
        """Write what differs.

        :param version: must be the row's own, if it is given.
        :raises NotFound: there is no such row, or none that the person may read.
        :raises Denied: the person may read it and not update it, or would carry
            it out of reach.
        :raises Stale: the version is another one.
        """
        asked = self._ask("update")
        check_values(asked, "update", values)
        key = asked.check_key(key)
        try:
            saved = self._work.update(key, values, asked.reach("update"), version=version)
        except NotFound:
            raise self._refuse(asked, "update", key) from None
        return _tell(asked, saved)

    def delete(self, key: Key, *, version: Any = None) -> Saved:
        """Delete a row, or mark it as deleted where its model says so.

        :param version: must be the row's own, if it is given.
        :raises NotFound: there is no such row, or none that the person may read.
        :raises Denied: the person may read it and not delete it.
        """
        asked = self._ask("delete")
        key = asked.check_key(key)
        try:
            saved = self._work.delete(key, asked.reach("delete"), version=version)
        except NotFound:
            raise self._refuse(asked, "delete", key) from None
        return _tell(asked, saved)

    def create_many(self, rows: Iterable[Mapping[str, Any]]) -> int:
        """Create all of the rows or none, and return how many.

        :param rows: they are read one by one, and checked as they come.
        :raises Invalid: its errors' paths begin with the row's position.
        """
        asked = self._ask("create", "bulk")
        for field in find_writable(asked.act, "create"):
            if field.type == "relation":
                asked.pass_through(asked.act.description.related(field.name))
        return self._work.create_many(_check_rows(asked, rows), asked.reach("create"))

    def update_where(self, where: Filter, values: Mapping[str, Any]) -> int:
        """Update all of the rows that a filter finds or none, and return how many."""
        asked = self._ask("update", "bulk")
        where = asked.check_where(where)
        check_values(asked, "update", values)
        return self._work.update_where(where, values, asked.reach("update"))

    def delete_where(self, where: Filter) -> int:
        """Delete all of the rows that a filter finds or none, and return how many."""
        asked = self._ask("delete", "bulk")
        where = asked.check_where(where)
        return self._work.delete_where(where, asked.reach("delete"))

    def restore(self, key: Key, at: float) -> Saved:
        """Write the values back that the row had at a time, in seconds since 1970.

        It is a verb of its own, for it writes whatever the row had.
        """
        asked = self._ask("restore", "restore")
        if type(at) not in (int, float) or not isfinite(at):
            raise BadQuery(f"{at!r} is no time. Give the seconds since 1970.")
        key = asked.check_key(key)
        return _tell(asked, self._work.restore(key, at, asked.reach("restore")))

    def _refuse(self, asked: Inspection, verb: str, key: Key) -> Problem:
        """Return why a row was not found: whoever may read it is told more (S56)."""
        reading = asked.reach("read")
        if reading.row != asked.reach(verb).row and self._store.row(key, ("",), reading):
            return asked.act.refuse_row(verb)
        return NotFound()


def _check_rows(
    asked: Inspection, rows: Iterable[Mapping[str, Any]]
) -> Iterator[Mapping[str, Any]]:
    for number, values in enumerate(rows):
        check_values(asked, "create", values, at=(number,))
        yield values


def _tell(asked: Inspection, saved: Saved) -> Saved:
    """Return what was saved without the values that the writer may not read."""
    if asked.act.sees_all():
        return saved
    hidden = {path for path in saved.known if not asked.sees(path)}
    if not hidden:
        return saved
    known = {path: value for path, value in saved.known.items() if path not in hidden}
    changed = tuple(name for name in saved.changed if name not in hidden)
    return msgspec.structs.replace(saved, known=known, changed=changed)
