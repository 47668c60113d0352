"""One row: as a filter reads it, and as the object that is given away."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from stack_core.description import Description, Field, Key
from stack_core.filter import holds
from stack_core.query import Reach

from .schema import Row, Schema, Through, is_link, key_of
from .tables import Snapshot

if TYPE_CHECKING:
    from .kind import Kind


class Sight:
    """The rows of all kinds at one moment, as a reach sees them.

    :param reach: which rows are seen through a relation; None sees all of them.
    """

    def __init__(
        self, kinds: Mapping[str, Kind], tables: Snapshot, reach: Reach | None = None
    ) -> None:
        self.kinds = kinds
        self.tables = tables
        self.reach = reach
        self.whole: Sight = self if reach is None else Sight(kinds, tables)
        self._seen: dict[tuple[str, Key], bool] = {}

    def find(self, kind: str, key: Key) -> View | None:
        """Return a row by its key, or None where there is none or it is hidden."""
        row = None if key is None else self.tables.get(kind, {}).get(key)
        if row is None or self.kinds[kind].is_deleted(row):
            return None
        return View(self, kind, row) if self._sees(kind, key, row) else None

    def all(self, kind: str) -> Iterator[View]:
        """Yield the rows of a kind that are not deleted, whatever the reach."""
        deleted = self.kinds[kind].is_deleted
        for row in list(self.tables.get(kind, {}).values()):
            if not deleted(row):
                yield View(self, kind, row)

    def _sees(self, kind: str, key: Key, row: Row) -> bool:
        if self.reach is None:
            return True
        seen = self._seen.get((kind, key))
        if seen is None:
            seen = holds(self.reach.of(kind), View(self.whole, kind, row))
            self._seen[kind, key] = seen
        return seen


class View:
    """One row as a sight shows it; a :class:`~stack_core.filter.Reader`."""

    __slots__ = ("kind", "row", "sight")

    def __init__(self, sight: Sight, kind: str, row: Row) -> None:
        self.sight = sight
        self.kind = kind
        self.row = row

    @property
    def description(self) -> Description:
        """What the row looks like."""
        return self.sight.kinds[self.kind].description

    @property
    def schema(self) -> Schema:
        """How the row is kept."""
        return self.sight.kinds[self.kind].schema

    @property
    def key(self) -> Key:
        """The row's key."""
        return key_of(self.description, self.row)

    def value(self, path: str) -> Any:
        """Return the value of a path; what is behind a hidden row is None."""
        here = self
        for field in self.description.trail(path):
            if not is_link(field):
                return here.row.get(field.name)
            other = self.sight.find(field.relation, here.row.get(field.name))
            if other is None:
                return None
            here = other
        return here.key

    def some(self, path: str) -> Iterator[View]:
        """Yield the rows of a to-many relation that are seen."""
        way, _, name = path.rpartition(".")
        here: View | None = self
        for field in self.description.trail(way):
            here = here and self.sight.find(field.relation, here.row.get(field.name))
        if here is not None:
            yield from here.many(here.description.by_name[name])

    def many(self, field: Field) -> Iterator[View]:
        """Yield the rows that a to-many relation of this very row leads to."""
        for key in self._linked(field):
            other = self.sight.find(field.relation, key)
            if other is not None:
                yield other

    def _linked(self, field: Field) -> list[Key]:
        """Return the keys that a to-many relation leads to, hidden ones too."""
        back = self.schema.inverse.get(field.name)
        if back is None:
            return list(self.row.get(field.name) or ())
        own, whole = self.key, self.sight.whole
        if isinstance(back, Through):
            links = (view.row for view in whole.all(back.kind))
            return [row[back.far] for row in links if row[back.near] == own]
        others = whole.all(field.relation)
        return [other.key for other in others if own in _links(other.row.get(back))]

    def rule(self, name: str, values: tuple[Any, ...]) -> bool:
        """Tell whether a named rule holds; it sees everything, as a scope does."""
        return bool(self.schema.rules[name](self.record(), *values))

    def record(self) -> Record:
        """Return the row as an object."""
        return Record(View(self.sight.whole, self.kind, self.row))


class Record:
    """One row as an object: its fields are attributes, and so are the columns of its key.

    A relation leads to another record, or to a list of them. It shows what was
    there when it was read and cannot be changed: a store's ``update`` writes.
    """

    __slots__ = ("_view",)
    _view: View

    def __init__(self, view: View) -> None:
        object.__setattr__(self, "_view", view)

    def __getattr__(self, name: str) -> Any:
        view = self._view
        field = view.description.by_name.get(name)
        if field is not None and field.many:
            return [other.record() for other in view.many(field)]
        if field is not None and is_link(field):
            other = view.sight.find(field.relation, view.row.get(name))
            return other and other.record()
        if name in view.row:
            return view.row[name]
        for column, value in zip(view.description.key, _columns(view.key), strict=True):
            if column.name == name:
                return value
        raise AttributeError(f"{view.kind!r} has no field {name!r}.")

    def __setattr__(self, name: str, value: Any) -> None:
        raise AttributeError(
            f"{name!r} of a record in memory cannot be set. Call its store's 'update'."
        )

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Record):
            return NotImplemented
        return (self._view.kind, self._view.key) == (other._view.kind, other._view.key)

    def __hash__(self) -> int:
        return hash((self._view.kind, self._view.key))

    def __repr__(self) -> str:
        return f"<{self._view.kind} {self._view.key!r}>"


def _links(value: Any) -> tuple[Key, ...]:
    """Return the keys that a relation's value names: one, or the list of a to-many one."""
    return tuple(value) if isinstance(value, list) else (value,)


def _columns(key: Key) -> tuple[Any, ...]:
    return key if isinstance(key, tuple) else (key,)
