"""Writing one row with statements, where no code of the model's own would see the difference."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from stack_core.description import Key
from stack_core.problem import Stale
from stack_core.query import Reach
from stack_core.store import Saved

from ..instant import now
from ..telling import Action
from ..writes import note_commit, note_write
from .current_row import Current, CurrentRows
from .refusal import Broken
from .row_shape import RowShape
from .writer import Writer, is_scoped

_ATTEMPTS = 10
"""How often a row is read again that somebody else changed between reading and writing."""


class RowWork:
    """Writes single rows of one kind with one statement each."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._placement = writer.placement
        self._statements = writer.statements
        self.current = CurrentRows(writer)

    def create(
        self,
        values: Mapping[str, Any],
        reach: Reach,
        *,
        session: Session | None = None,
        action: Action = "create",
    ) -> Saved:
        """Insert a row.

        :param session: the caller's, if there is one.
        """
        writer, told = self._writer, self._writer.told
        shape = writer.shape(values, complete=True)
        doubtful = writer.links.doubtful(values, reach)
        scoped = is_scoped(reach)
        single = not (told or scoped or doubtful)
        if single and (free := writer.transactions.find_free(session)) is not None:
            return self._insert_alone(free, values, shape)
        with writer.write(single=single) as place:
            connection = place.connection
            if doubtful:
                writer.links.check(doubtful, reach, connection)
            key, sent = self.insert(connection, values, shape)
            if scoped:
                writer.check_reach([key], reach, connection)
            if told:
                place.tell(writer.kind, action, key, new={**self._told(sent), **values})
        return self._created(key, sent, values)

    def _insert_alone(self, engine: Engine, values: Mapping[str, Any], shape: RowShape) -> Saved:
        """Insert a row where one statement is all there is to do: quicker than a write's place."""
        try:
            with engine.connect() as connection:
                key, sent = self.insert(connection, values, shape)
        except Broken as broken:
            self._writer.refuse(broken)
        note_commit()
        return self._created(key, sent, values)

    def _created(self, key: Key, sent: Mapping[str, Any], values: Mapping[str, Any]) -> Saved:
        version = self._placement.version
        return self._writer.saved(
            key,
            None if version is None else sent[version.key],
            values,
            lambda: self._writer.known.values(sent, {}),
        )

    def insert(
        self, connection: Connection, values: Mapping[str, Any], shape: RowShape
    ) -> tuple[Key, Mapping[str, Any]]:
        """Insert a row; return its key and what was sent, with the defaults."""
        bound = self._placement.fresh(shape.bind(values))
        ready = shape.find_insert(self._statements.insert, bound, connection)
        if ready is not None:
            key, sent = self._writer.send(lambda: ready.insert(connection, bound), values)
            note_write(connection)
            return self._place_key(sent, lambda: (key,)), sent
        done = self._writer.execute(connection, self._statements.insert, bound, values)
        params: Mapping[str, Any] = done.last_inserted_params()
        return self._place_key(params, lambda: done.inserted_primary_key), params

    def update(
        self,
        key: Key,
        values: Mapping[str, Any],
        reach: Reach,
        version: Any,
        *,
        action: Action = "update",
        revived: bool = False,
    ) -> Saved:
        """Update what differs of a row.

        :param revived: the row is marked as deleted, and is not to be.
        """
        writer, told = self._writer, self._writer.told
        scoped = is_scoped(reach)
        writer.shape(values, hiding=writer.links.hiding(values, reach))
        doubtful = writer.links.doubtful(values, reach)
        single = not (told or scoped or doubtful)
        columns = self.current.columns(values)
        for _ in range(_ATTEMPTS):
            with writer.write(single=single) as place:
                connection = place.connection
                before = self.current.read(
                    connection, key, columns, single=single, alive=not revived
                )
                writer.require(key, reach, connection, marked=revived)
                before.check(version)
                changes = self.current.find_changes(before, values, reach, connection)
                writer.links.check(
                    {
                        name: value
                        for name, value in doubtful.items()
                        # That it leads to a hidden row already is not told, either.
                        if name in changes or not writer.links.sees_all(name, reach)
                    },
                    reach,
                    connection,
                )
                if not changes and not revived:
                    return self._unchanged(key, before, values, reach, connection)
                sent = self._update(connection, key, before, changes, revived=revived)
                if sent is None:
                    self._give_up(connection, key, version, single=single)
                    continue
                if scoped:
                    writer.check_reach([key], reach, connection)
                if told:
                    old = {name: self.current.value(before, name) for name in changes}
                    place.tell(writer.kind, action, key, old=old, new=changes)
            return self._changed(key, before, sent, values, changes)
        raise Stale()

    def delete(self, key: Key, reach: Reach, version: Any) -> Saved:
        """Delete a row, or mark it as deleted."""
        writer, placement, told = self._writer, self._placement, self._writer.told
        scoped, soft = is_scoped(reach), placement.soft
        single = not (told or scoped)
        blind = single and version is None and (soft is None or placement.version is None)
        columns = self.current.columns(placement.columns if told else ())
        for _ in range(_ATTEMPTS):
            with writer.write(single=single) as place:
                connection = place.connection
                before = None
                if not blind:
                    before = self.current.read(connection, key, columns, single=single)
                    writer.require(key, reach, connection)
                    before.check(version)
                if not self._delete(connection, key, before, versioned=version is not None):
                    if blind:
                        raise writer.no_such_row()
                    self._give_up(connection, key, version, single=single)
                    continue
                if told and before is not None:
                    old = {name: self.current.value(before, name) for name in placement.columns}
                    place.tell(writer.kind, "delete", key, old=old)
                writer.note_gone(place, [key])
            return Saved(key=key)
        raise Stale()

    def _update(
        self,
        connection: Connection,
        key: Key,
        before: Current,
        changes: Mapping[str, Any],
        *,
        revived: bool,
    ) -> Mapping[str, Any] | None:
        """Update a row that still has its version; return what was sent, or None."""
        version = self._placement.version
        bound = self._statements.bind(key, before.version)
        bound.update(self._writer.shape(changes).bind(changes))
        if version is not None:
            bound[version.key] = self._placement.next_version(before.version)
        if revived and self._placement.soft is not None:
            bound[self._placement.soft.key] = None
        statement = self._statements.update(versioned=version is not None)
        done = self._writer.execute(connection, statement, bound, changes)
        sent: Mapping[str, Any] = done.last_updated_params()
        return sent if done.rowcount else None

    def _delete(
        self, connection: Connection, key: Key, before: Current | None, *, versioned: bool
    ) -> bool:
        soft, version = self._placement.soft, self._placement.version
        known = None if before is None else before.version
        if soft is None:
            statement: Any = self._statements.delete(versioned=versioned)
            bound = self._statements.bind(key, known if versioned else None)
        else:
            statement = self._statements.mark(versioned=version is not None)
            bound = {**self._statements.bind(key, known), soft.key: now()}
            if version is not None:
                bound[version.key] = self._placement.next_version(known)
        done = self._writer.execute(
            connection, statement, bound, {}, going=() if soft is not None else [key]
        )
        return bool(done.rowcount)

    def _give_up(self, connection: Connection, key: Key, version: Any, *, single: bool) -> None:
        """Return if the row is worth another attempt.

        :raises NotFound: it is gone.
        :raises Stale: it has another version than the given one.
        """
        found = self.current.read(connection, key, self.current.columns(()), single=single)
        if not single or version is not None:
            raise Stale(found.version)

    def _unchanged(
        self,
        key: Key,
        before: Current,
        values: Mapping[str, Any],
        reach: Reach,
        connection: Connection,
    ) -> Saved:
        seen = {
            name: not self.current.is_hidden(name, before, reach, connection)
            for name in values
            if self._placement.description.by_name[name].type == "relation"
        }
        read = {name: self.current.value(before, name) for name in values if seen.get(name, True)}
        by_name = self._placement.description.by_name
        known = {name: value for name, value in read.items() if by_name[name].readable}
        return self._writer.saved(key, before.version, (), lambda: known)

    def _changed(
        self,
        key: Key,
        before: Current,
        sent: Mapping[str, Any],
        values: Mapping[str, Any],
        changes: Mapping[str, Any],
    ) -> Saved:
        version = self._placement.version
        hidden = {name: name in changes for name in values}
        kept = {
            column.key: before.values[column.key]
            for name in values
            if name not in changes and self._placement.description.by_name[name].type != "relation"
            for column in self._placement.columns[name]
        }
        return self._writer.saved(
            key,
            None if version is None else sent[version.key],
            changes,
            lambda: self._writer.known.values({**kept, **sent}, hidden),
        )

    def _place_key(self, sent: Mapping[str, Any], find: Callable[[], Any]) -> Key:
        """Return the key of a new row.

        :param find: returns what the database made of it.
        """
        placement = self._placement
        if len(placement.key) == 1:
            given = sent.get(placement.key[0].key)
            return find()[0] if given is None else given
        if all(sent.get(column.key) is not None for column in placement.key):
            return placement.join_key(sent[column.key] for column in placement.key)
        made = dict(zip(placement.table.primary_key.columns, find(), strict=True))
        return placement.join_key(made[column] for column in placement.key)

    def _told(self, sent: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of a new row by field, as far as they are known."""
        return {
            name: self._placement.join(tuple(sent[column.key] for column in columns))
            for name, columns in self._placement.columns.items()
            if all(column.key in sent for column in columns)
        }
