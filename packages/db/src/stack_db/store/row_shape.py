"""How rows of the same fields become the parameters of statements."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from sqlalchemy import JSON, Insert
from sqlalchemy.engine import Connection

from stack_core.problem import FieldError

from .placement import Placement
from .ready import needs_execution
from .ready_insert import ReadyInsert, make_insert
from .refusal import REQUIRED

_COMPUTED = "It is computed, and cannot be written."


class RowShape:
    """How rows that name the same fields become parameters; found out once for all of them.

    :param names: of the fields, in the order in which the rows have them.
    """

    def __init__(self, placement: Placement, names: tuple[str, ...]) -> None:
        self._placement = placement
        self._wrong = tuple(_find_wrong(placement, names))
        self._missing = tuple(
            FieldError((name,), REQUIRED, "required")
            for name in placement.required
            if name not in names
        )
        self._never_none = _find_never_none(placement, names)
        self._keys = self._find_keys(names)
        self._inserts: dict[tuple[str, ...], ReadyInsert | None] = {}

    def fits(self, values: Mapping[str, Any], *, complete: bool) -> bool:
        """Tell whether there is nothing wrong with a row; quicker than :meth:`errors`."""
        if self._wrong or (complete and self._missing):
            return False
        return all(values[name] is not None for name in self._never_none)

    def errors(
        self, values: Mapping[str, Any], *, complete: bool, hiding: Collection[str] = ()
    ) -> Iterator[FieldError]:
        """Yield what is wrong with a row before a database is asked.

        :param complete: it is to be a new row.
        :param hiding: the relations whose None may mean that they are hidden.
        """
        yield from self._wrong
        for name in self._never_none:
            if values[name] is None and name not in hiding:
                yield FieldError((name,), REQUIRED, "required")
        if complete:
            yield from self._missing

    def bind(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by the keys of their columns."""
        if self._keys is not None:
            return dict(zip(self._keys, values.values(), strict=True))
        placement = self._placement
        return {
            column.key: placement.sendable(column, part)
            for name, value in values.items()
            for column, part in placement.spread(name, value)
        }

    def find_insert(
        self, statement: Insert, bound: Mapping[str, Any], connection: Connection
    ) -> ReadyInsert | None:
        """Return the insert of a row made ready, or None where SQLAlchemy has to execute it.

        :param bound: its parameters; whether they have a counted key and a version may differ.
        """
        if self._keys is None or needs_execution(connection):
            return None
        names = tuple(bound)
        try:
            return self._inserts[names]
        except KeyError:
            made = self._inserts[names] = make_insert(statement, names, connection.dialect)
            return made

    def _find_keys(self, names: tuple[str, ...]) -> tuple[str, ...] | None:
        """Return the keys of the columns where each holds a field as it is."""
        columns = [self._placement.columns.get(name, ()) for name in names]
        if any(len(each) != 1 or isinstance(each[0].type, JSON) for each in columns):
            return None
        return tuple(column.key for (column,) in columns)


def _find_wrong(placement: Placement, names: tuple[str, ...]) -> Iterator[FieldError]:
    for name in names:
        field = placement.description.by_name.get(name)
        if field is None:
            yield FieldError((name,), f"There is no field {name!r}.", "unknown")
        elif field.read_only and (name not in placement.columns or placement.computes(name)):
            yield FieldError((name,), _COMPUTED)


def _find_never_none(placement: Placement, names: tuple[str, ...]) -> tuple[str, ...]:
    by_name = placement.description.by_name
    return tuple(
        name
        for name in names
        if name in by_name
        and not (by_name[name].nullable or by_name[name].many)
        and not placement.counts(name)
    )
