"""Rows as they are shown: one class of values for each set of fields."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import Any

import msgspec

from stack_core.description import Field, Key

from ..shape.member import find_members, is_by_name
from .layout import Layout

MOST_SHAPES = 200
"""How many sets of fields are remembered: clients choose them."""

Row = tuple[Any, ...]


class Shape(msgspec.Struct, frozen=True, eq=False):
    """How a row becomes an item.

    :param names: the fields of the item.
    :param paths: what is read for it.
    :param make: returns the item of a row and its key.
    :param plain: an item is its class called with the row's values.
    :param version: where the version is among the values, or None.
    """

    names: tuple[str, ...]
    paths: tuple[str, ...]
    cls: type[msgspec.Struct]
    make: Callable[[Row, Key], Any]
    plain: bool
    version: int | None

    def make_all(self, rows: Sequence[Row], keys: Sequence[Key]) -> list[Any]:
        """Return the items of many rows."""
        if self.plain:
            cls = self.cls
            return [cls(*row) for row in rows]
        make = self.make
        return [make(row, key) for row, key in zip(rows, keys, strict=True)]

    def find_version(self, row: Row) -> str:
        """Return the text of a row's version; empty where there is none."""
        return "" if self.version is None else write_version(row[self.version])


class Shapes:
    """The shapes of one resource, by the fields that are wanted."""

    def __init__(self, layout: Layout) -> None:
        self._layout = layout
        self._made: dict[tuple[tuple[str, ...], bool, bool], Shape] = {}

    def find(
        self, names: tuple[str, ...], *, included: bool = False, tagged: bool = False
    ) -> Shape:
        """Return the shape of some fields.

        :param included: items also have the rows of relations.
        :param tagged: the version is read too, where there is one.
        """
        found = self._made.get((names, included, tagged))
        if found is None:
            found = self._make(names, included, tagged)
            if len(self._made) < MOST_SHAPES:
                self._made[names, included, tagged] = found
        return found

    def _make(self, names: tuple[str, ...], included: bool, tagged: bool) -> Shape:
        layout = self._layout
        shown = [name for name in names if name not in layout.computed]
        plain = [name for name in shown if not layout.fields[name].many]
        needed = [path for name in names if name in layout.computed
                  for path in layout.computed[name].paths]  # fmt: skip
        paths = [*plain, *needed]
        if tagged and layout.version:
            paths.append(layout.version)
        paths = list(dict.fromkeys(paths))
        parts = [*names, *(["key"] if layout.needs_key else []), *(["included"] * included)]
        cls = msgspec.defstruct("Item", [(part, Any) for part in parts], gc=False)
        simple = tuple(paths) == tuple(parts) and not any(map(_writes, self._fields(plain)))
        return Shape(
            names=names,
            paths=tuple(paths),
            cls=cls,
            make=self._maker(cls, names, paths, included),
            plain=simple,
            version=paths.index(layout.version) if tagged and layout.version else None,
        )

    def _fields(self, names: Iterable[str]) -> Iterable[Field]:
        return [self._layout.fields[name] for name in names]

    def _maker(
        self, cls: Any, names: tuple[str, ...], paths: list[str], included: bool
    ) -> Callable[[Row, Key], Any]:
        layout = self._layout
        getters = [self._getter(name, paths) for name in names]
        with_key = layout.needs_key
        write_key = layout.description.key_text

        def make(row: Row, key: Key) -> Any:
            values = [get(row) for get in getters]
            if with_key:
                values.append(write_key(key))
            if included:
                values.append({})
            return cls(*values)

        return make

    def _getter(self, name: str, paths: list[str]) -> Callable[[Row], Any]:
        layout = self._layout
        if name in layout.computed:
            computed = layout.computed[name]
            places = [paths.index(path) for path in computed.paths]
            function = computed.function
            return lambda row: function(*[row[place] for place in places])
        field = layout.fields[name]
        if field.many:
            return lambda row: []
        place = paths.index(name)
        if (write := _writes(field)) is not None:
            return lambda row: write(row[place])
        return itemgetter(place)


def write_version(value: Any) -> str:
    """Return a version as it stands in a tag."""
    return str(msgspec.to_builtins(value))


def _writes(field: Field) -> Callable[[Any], Any] | None:
    """Return what writes the values of a field that msgspec cannot, or None."""
    if field.type != "enum" or not find_members(field.python) or not is_by_name(field.python):
        return None
    return lambda value: None if value is None else value.name


def fill(items: Sequence[Any], keys: Sequence[Key], found: Mapping[Key, Any], name: str) -> None:
    """Set a field of many items by their rows' keys; those without have none."""
    for item, key in zip(items, keys, strict=True):
        setattr(item, name, found.get(key, []))
