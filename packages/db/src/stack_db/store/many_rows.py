"""Creating many rows at once, from any source and in flat memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any

from sqlalchemy import Connection

from stack_core.description import Key
from stack_core.problem import FieldError, Problem
from stack_core.query import Reach

from .object_work import ObjectWork
from .refusal import NONE_TO_CHOOSE, Broken, at_position, invalid
from .row_work import RowWork
from .transaction import Place
from .writer import Writer, is_scoped

CHUNK = 1000
"""How many rows are sent at once."""
MOST_SEEN = 100_000
"""How many keys of other rows are remembered as being there."""
MOST_ERRORS = 100
"""How many errors are told at once."""

Row = Mapping[str, Any]
Numbered = tuple[int, Row]


class ManyRows:
    """Creates many rows of one kind: all of them or none."""

    def __init__(self, writer: Writer, rows: RowWork, objects: ObjectWork) -> None:
        self._writer = writer
        self._rows = rows
        self._objects = objects

    def create(self, rows: Iterable[Row], reach: Reach) -> int:
        """Create all of the rows, which are read one chunk after the other.

        :raises Problem: the path of each error begins with the position of its row.
        """
        writer, count = self._writer, 0
        session = writer.transactions.settle()
        always = writer.own_code.sees("create", writer.placement.columns, session)
        lists = [] if always else self._find_unplaced()
        writer.enforced()
        with writer.write(seen=always or bool(lists)) as place:
            checked = _Checked(writer, reach)
            for chunk in _chunks(rows):
                if always or any(name in row for _, row in chunk for name in lists):
                    self._add(place, chunk, reach)
                else:
                    self._insert(place.connection, chunk, reach, checked)
                count += len(chunk)
            if count and writer.told:
                place.tell(writer.kind, "create", None, count=count)
        return count

    def _find_unplaced(self) -> list[str]:
        """Return the fields that only objects can write, such as lists of keys."""
        placement = self._writer.placement
        return [
            field.name
            for field in placement.description.fields
            if field.name not in placement.columns and not field.read_only
        ]

    def _add(self, place: Place, chunk: Sequence[Numbered], reach: Reach) -> None:
        keys = []
        for position, row in chunk:
            try:
                made, _ = self._objects.add(place, row, reach)
            except Broken as broken:
                broken.position = position
                raise
            except Problem as problem:
                raise at_position(problem, position) from problem.__cause__
            keys.append(self._objects.key_of(made))
        self._writer.check_reach(keys, reach, place.connection)

    def _insert(
        self,
        connection: Connection,
        chunk: Sequence[Numbered],
        reach: Reach,
        checked: _Checked,
    ) -> None:
        checked.check(chunk, connection)
        # In their order: a row may lead to one before it.
        for _, group in groupby(chunk, key=lambda numbered: tuple(numbered[1])):
            rows = list(group)
            keys = self._send(connection, rows, keyed=is_scoped(reach))
            self._writer.check_reach(keys, reach, connection)

    def _send(self, connection: Connection, rows: Sequence[Numbered], *, keyed: bool) -> list[Key]:
        """Insert rows of the same fields; return their keys if they are wanted."""
        shape = self._writer.shape_of(rows[0][1])
        fresh = self._writer.placement.fresh
        bound = [fresh(shape.bind(row)) for _, row in rows]
        if keyed and not connection.dialect.insert_executemany_returning:
            return [self._send_one(connection, *numbered) for numbered in rows]
        statements = self._writer.statements
        statement = statements.insert_returning if keyed else statements.insert
        try:
            with connection.begin_nested():
                done = self._writer.execute(connection, statement, bound, {})
                return [self._writer.placement.join_key(key) for key in done] if keyed else []
        except Broken:
            # Nobody tells which row it was, so they go one by one until it comes.
            return [self._send_one(connection, *numbered) for numbered in rows]

    def _send_one(self, connection: Connection, position: int, row: Row) -> Key:
        try:
            shape = self._writer.shape_of(row)
            return self._rows.insert(connection, row, shape)[0]
        except Broken as broken:
            broken.position = position
            raise


class _Checked:
    """What is looked at before rows are sent, and the keys that were found to be there."""

    def __init__(self, writer: Writer, reach: Reach) -> None:
        self._writer = writer
        self._reach = reach
        self._seen: dict[str, set[Key]] = {}

    def check(self, chunk: Sequence[Numbered], connection: Connection) -> None:
        """Refuse rows with unknown or missing fields, and with relations that lead nowhere.

        :raises Invalid: it names the first hundred errors of these rows.
        """
        errors = list(islice(self._find_errors(chunk, connection), MOST_ERRORS))
        if errors:
            raise invalid(errors)

    def _find_errors(
        self, chunk: Sequence[Numbered], connection: Connection
    ) -> Iterator[FieldError]:
        wanted: dict[str, dict[Key, int]] = {}
        for position, row in chunk:
            for error in self._writer.shape_of(row).errors(row, complete=True):
                yield FieldError((position, *error.path), error.message, error.code)
            for name, key in self._writer.links.doubtful(row, self._reach).items():
                if key is not None:
                    wanted.setdefault(name, {}).setdefault(key, position)
        for name, positions in wanted.items():
            for key in self._missing(name, positions, connection):
                yield FieldError((positions[key], name), NONE_TO_CHOOSE, "missing")

    def _missing(
        self, name: str, positions: Mapping[Key, int], connection: Connection
    ) -> list[Key]:
        seen = self._seen.setdefault(name, set())
        if len(seen) > MOST_SEEN:
            seen.clear()
        asked = [key for key in positions if key not in seen]
        if asked:
            seen |= self._writer.links.seen(name, asked, self._reach, connection)
        return [key for key in asked if key not in seen]


def _chunks(rows: Iterable[Row]) -> Iterator[list[Numbered]]:
    numbered = iter(enumerate(rows))
    while chunk := list(islice(numbered, CHUNK)):
        yield chunk
