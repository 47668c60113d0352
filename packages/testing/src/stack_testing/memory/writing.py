"""Writes to one kind, inside a transaction that is open."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

import msgspec

from stack_core.description import Field, Key
from stack_core.filter import TRUE, holds
from stack_core.problem import Conflict, Denied, FieldError, Invalid, NotFound, Stale
from stack_core.query import EVERYTHING, Reach

from .checking import check_values
from .deletion import touched
from .kind import Kind
from .record import Sight, View
from .schema import Row, fields_of_key, is_link, key_of
from .stores import MemoryStores
from .tables import Transaction


class Writing:
    """Writes to the rows of one kind by somebody of a reach; nothing is told or kept of them."""

    def __init__(
        self, stores: MemoryStores, kind: Kind, transaction: Transaction, reach: Reach
    ) -> None:
        self.stores = stores
        self.kind = kind
        self.description = kind.description
        self.transaction = transaction
        self.reach = reach

    @property
    def sight(self) -> Sight:
        """The rows as the writer sees them now."""
        return Sight(self.stores.kinds, self.transaction.tables, self.reach)

    def find(self, key: Key, version: Any = None) -> View:
        """Return a row in reach.

        :raises NotFound: there is none.
        :raises Stale: it has another version.
        """
        row = self.sight.tables.get(self.kind.name, {}).get(key)
        if row is None or self.kind.is_deleted(row) or not self._reaches(row):
            raise NotFound("There is no such row.")
        own = row.get(self.description.version)
        if version is not None and version != own:
            raise Stale(own)
        return View(self.sight, self.kind.name, row)

    def may_restore(self, key: Key) -> bool:
        """Tell whether a row that is marked, or gone, was in reach when that happened.

        Of one that is gone nobody can tell, unless every row is in reach.
        """
        row = self.sight.tables.get(self.kind.name, {}).get(key)
        return self.reach.row == TRUE if row is None else self._reaches(row)

    def add(self, values: Mapping[str, Any], *, links: bool = True) -> View:
        """Create a row.

        :param links: whether the rows that it leads to must be there.
        """
        row = self._completed(values)
        soft = self.kind.schema.soft
        known = {name: value for name, value in values.items() if name != soft}
        check_values(self.description, known, row)
        if links:
            self._check_links(known)
        key = key_of(self.description, row)
        if key in self.transaction.tables.get(self.kind.name, {}):
            raise Conflict(*fields_of_key(self.description), rule="primary key")
        return self.put(key, row)

    def change(self, found: View, values: Mapping[str, Any]) -> tuple[View, list[str]]:
        """Write what differs, and return the row and the names of what did."""
        values = dict(self._kept_apart(found, values))
        whole = {**found.row, **values}
        check_values(self.description, values, whole)
        self._check_links(values)
        names = [name for name in values if found.row.get(name) != values[name]]
        if not names:
            return found, []
        if key_of(self.description, whole) != found.key:
            self._refuse(fields_of_key(self.description), "A key cannot be changed.")
        return self.put(found.key, self._moved(whole)), names

    def put(self, key: Key, row: Row) -> View:
        """Keep a row as it is given.

        :raises Conflict: a value that must be unique is taken.
        :raises Denied: it lies outside of the writer's reach.
        """
        self._check_unique(key, row)
        self.transaction.put(self.kind.name, key, row)
        self.stores.tables.note_key(self.kind.name, key)
        if not self.kind.is_deleted(row) and not self._reaches(row):
            raise Denied("The row would no longer be within reach.")
        return View(self.sight, self.kind.name, row)

    def remove(self, found: View) -> Row | None:
        """Delete a row and do to the others what their schemas say; or mark and return it."""
        soft = self.kind.schema.soft
        if soft:
            marked = self._moved({**found.row, soft: datetime.now(UTC)})
            self.transaction.put(self.kind.name, found.key, marked)
            return marked
        for link in touched(found):
            if link.what == "refuse":
                self._refuse(("",), f"Rows of {link.kind!r} need it.", "conflict")
            other = Writing(self.stores, link.owner, self.transaction, EVERYTHING)
            for view in link.views:
                if link.what == "delete":
                    other.remove(view)
                else:
                    other.clear(view, link.field, found.key)
        self.transaction.put(self.kind.name, found.key, None)
        return None

    def clear(self, view: View, field: Field, key: Key) -> None:
        """Take the link to a row away."""
        left = [each for each in view.row[field.name] if each != key] if field.many else None
        self.transaction.put(self.kind.name, view.key, {**view.row, field.name: left})

    def _reaches(self, row: Row) -> bool:
        return holds(self.reach.row, View(self.sight.whole, self.kind.name, row))

    def _completed(self, values: Mapping[str, Any]) -> Row:
        row = {}
        for field in self.description.fields:
            if field.name in values:
                given = values[field.name]
                row[field.name] = list(given or ()) if field.many else given
            elif not field.many or field.name not in self.kind.schema.inverse:
                row[field.name] = self._default(field)
        name = self._counted()
        if name and row.get(name) is None:
            row[name] = self.stores.tables.count_up(self.kind.name)
        if self.kind.schema.soft in values:
            row[self.kind.schema.soft] = values[self.kind.schema.soft]
        if self.description.version:
            row[self.description.version] = values.get(self.description.version) or 1
        return row

    def _counted(self) -> str:
        """Return the column of a key that is counted up where a create does not name it."""
        column, *more = self.description.key
        folded = any(column.name in field.local for field in self.description.fields)
        return "" if more or folded or column.type != "integer" else column.name

    def _default(self, field: Field) -> Any:
        make = self.kind.schema.defaults.get(field.name)
        if make is not None:
            return make()
        if field.many:
            return []
        return None if field.default is msgspec.UNSET else field.default

    def _moved(self, row: Row) -> Row:
        """Return a row with its next version."""
        name = self.description.version
        return {**row, name: row[name] + 1} if name else row

    def _kept_apart(self, found: View, values: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
        """Yield what is to be written; what is hidden, and so read as None, stays as it is."""
        for name, value in values.items():
            field = self.description.by_name.get(name)
            if field is not None and field.many:
                seen = {other.key for other in found.many(field)}
                hidden = [key for key in found.row.get(name, ()) if key not in seen]
                yield name, [*(value or ()), *hidden]
                continue
            own = None if field is None or not is_link(field) else found.row.get(name)
            if value is not None or own is None or found.value(name) is not None:
                yield name, value

    def _check_links(self, values: Mapping[str, Any]) -> None:
        errors = [
            FieldError((name,), "There is no such row to choose.", "missing")
            for name, value in values.items()
            for field in [self.description.by_name[name]]
            if field.type == "relation" and not field.far and value is not None
            if not self._finds_all(field, value)
        ]
        if errors:
            raise Invalid("Some of these values cannot be kept. Correct them.", errors=errors)

    def _finds_all(self, field: Field, value: Any) -> bool:
        if field.name in self.kind.schema.inverse:
            return False
        keys = value if field.many else [value]
        return all(self.sight.find(field.relation, key) is not None for key in keys)

    def _check_unique(self, key: Key, row: Row) -> None:
        rules = {name: (name,) for name, field in self.description.by_name.items() if field.unique}
        for rule, names in {**rules, **self.kind.schema.unique}.items():
            values = [row.get(name) for name in names]
            if None in values:
                continue
            for taken, other in self.transaction.tables.get(self.kind.name, {}).items():
                if taken == key or self.kind.is_deleted(other):
                    continue
                if [other.get(name) for name in names] == values:
                    raise Conflict(*names, rule=rule)

    def _refuse(self, names: Sequence[str], message: str, code: str = "invalid") -> NoReturn:
        errors = [FieldError((name,) if name else (), message, code) for name in names]
        raise Invalid(message, errors=errors)
