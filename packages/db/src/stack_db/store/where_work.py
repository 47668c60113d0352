"""Updating and deleting all rows that a filter finds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy import Column, Connection, not_, or_
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from stack_core.description import Key
from stack_core.filter import Filter
from stack_core.problem import FieldError
from stack_core.query import Reach

from ..instant import now
from .object_work import ObjectWork
from .outline import parameter
from .refusal import A_KEY, Broken, invalid
from .transaction import Place
from .write_statement import bind_keys
from .writer import Writer

CHUNK = 1000
"""How many rows one statement names."""
_GIVEN = "stack_given_"


class WhereWork:
    """Updates and deletes the rows of one kind that a filter finds: all of them or none.

    Their keys are read first, under a lock: whether a row is still in reach
    can only be asked of those that were in reach before.
    """

    def __init__(self, writer: Writer, objects: ObjectWork) -> None:
        self._writer = writer
        self._placement = writer.placement
        self._objects = objects

    def update(self, where: Filter, values: Mapping[str, Any], reach: Reach) -> int:
        """Update what differs, and return how many rows were found."""
        writer = self._writer
        writer.shape(values, hiding=writer.links.hiding(values, reach))
        self._refuse_key(values)
        by_object = self._is_by_object(values, reach)
        writer.enforced()
        with writer.write(seen=by_object) as place:
            keys = writer.reads.keys_where(where, reach, place.connection, lock=True)
            if not keys:
                return 0
            if by_object:
                count = self._objects.change_all(place, keys, values, reach)
            else:
                writer.links.check(writer.links.doubtful(values, reach), reach, place.connection)
                count = self._update(place.connection, keys, values)
            writer.check_reach(keys, reach, place.connection)
            self._tell(place, "update", where, count, new=values)
        return len(keys)

    def delete(self, where: Filter, reach: Reach) -> int:
        """Delete the rows, or mark them as deleted, and return how many it were."""
        writer, soft = self._writer, self._writer.kind.soft
        session = writer.transactions.settle()
        by_object = (
            writer.own_code.sees("update", [soft], session)
            if soft
            else writer.own_code.sees("delete", (), session)
        ) or self._cannot_count()
        with writer.write(seen=by_object) as place:
            keys = writer.reads.keys_where(where, reach, place.connection, lock=True)
            if by_object:
                self._objects.remove_all(place, keys)
            elif soft:
                self._update(place.connection, keys, {}, mark=True)
            else:
                self._delete(place.connection, keys)
            writer.note_gone(place, keys)
            self._tell(place, "delete", where, len(keys))
        return len(keys)

    def _is_by_object(self, values: Mapping[str, Any], reach: Reach) -> bool:
        """Tell whether rows differ in what is written to them, or their model has a say."""
        writer = self._writer
        session = writer.transactions.settle()
        return (
            bool(writer.links.hiding(values, reach))
            or self._cannot_count()
            or writer.own_code.sees("update", values, session)
        )

    def _cannot_count(self) -> bool:
        """Tell whether versions are something else than numbers that are counted up."""
        if self._placement.version is None:
            return False
        following = self._placement.next_version
        try:
            return bool(following(None) != 1 or following(41) != 42)
        except Exception:  # an application's own generator
            return True

    def _refuse_key(self, values: Mapping[str, Any]) -> None:
        errors = [
            FieldError((name,), A_KEY)
            for name in values
            if any(
                column in self._placement.key for column in self._placement.columns.get(name, ())
            )
        ]
        if errors:
            raise invalid(errors)

    def _update(
        self,
        connection: Connection,
        keys: Sequence[Key],
        values: Mapping[str, Any],
        *,
        mark: bool = False,
    ) -> int:
        """Update the rows of keys, where they differ; return how many did."""
        writer, version, soft = self._writer, self._placement.version, self._placement.soft
        bound = writer.shape(values).bind(values)
        given = {
            f"{_GIVEN}{column.key}": part
            for name, value in values.items()
            for column, part in self._placement.spread(name, value)
            if part is not None
        }
        statement = writer.statements.update_many(self._differing(values))
        if version is not None:
            statement = statement.values({version: version + 1})
        if mark and soft is not None:
            bound[soft.key] = now()
        count = 0
        for chunk in self._chunks(keys):
            sent = {**bound, **given, **bind_keys(chunk)}
            count += writer.execute(connection, statement, sent, values).rowcount
        self._expire()
        return count

    def _differing(self, values: Mapping[str, Any]) -> list[ColumnElement[bool]]:
        """Return the condition that a row differs in one of the values."""
        parts = [
            self._differs(column, part)
            for name, value in values.items()
            for column, part in self._placement.spread(name, value)
        ]
        known = [part for part in parts if part is not None]
        return [or_(*known)] if known and len(known) == len(parts) else []

    def _differs(self, column: Column[Any], value: Any) -> ColumnElement[bool] | None:
        """Return the condition, or None for what no database compares."""
        if value is None:
            return column.is_not(None)
        field = self._placement.fields.get(column.name, "")
        if not self._placement.description.by_name[field].filter:
            return None
        bound = parameter(f"{_GIVEN}{column.key}", column.type)
        same = self._writer.reads.statements.comparison.equal(column, bound)
        return or_(column.is_(None), not_(same))

    def _delete(self, connection: Connection, keys: Sequence[Key]) -> None:
        """Delete the rows of keys; of those that need one another, the needed go last."""
        left = list(self._chunks(keys))
        while left:
            needed = [chunk for chunk in left if not self._try(connection, chunk)]
            if len(needed) == len(left):
                if all(len(chunk) == 1 for chunk in left):
                    self._delete_now(connection, left[0])
                needed = [[key] for chunk in left for key in chunk]
            left = needed
        self._expire()

    def _try(self, connection: Connection, chunk: Sequence[Key]) -> bool:
        """Delete some rows, and tell whether others, which go too, did not need them."""
        if not self._placement.leads_to_itself:
            self._delete_now(connection, chunk)
            return True
        try:
            with connection.begin_nested():
                self._delete_now(connection, chunk)
        except Broken:
            return False
        return True

    def _delete_now(self, connection: Connection, chunk: Sequence[Key]) -> None:
        statement = self._writer.statements.delete_many()
        self._writer.execute(connection, statement, bind_keys(chunk), {}, going=chunk)

    def _tell(self, place: Place, action: Any, where: Filter, count: int, **values: Any) -> None:
        if count and self._writer.told:
            place.tell(self._writer.kind, action, None, where=where, count=count, **values)

    def _expire(self) -> None:
        """Let the caller's objects of this kind be read again."""
        session: Session | None = self._writer.reads.connections.find_session()
        if session is not None:
            for each in session.identity_map.values():
                if isinstance(each, self._writer.kind.cls):
                    session.expire(each)

    def _chunks(self, keys: Sequence[Key]) -> Iterator[list[Key]]:
        size = CHUNK // len(self._placement.key)
        for start in range(0, len(keys), size):
            yield list(keys[start : start + size])
