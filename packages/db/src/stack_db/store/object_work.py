"""Writing one row as an object, through the session and the model's own code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from msgspec.structs import replace
from sqlalchemy import inspect
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from stack_core.description import Key
from stack_core.problem import Stale
from stack_core.query import Reach
from stack_core.store import Saved

from ..instant import now
from ..soft_delete import INCLUDE
from ..telling import Action, Draft
from .collection import replace_members
from .making import Making
from .object_difference import ObjectDifference
from .refusal import Broken
from .transaction import Place
from .write_statement import bind_keys
from .writer import Writer

CHUNK = 500
"""How many objects one statement reads."""


class ObjectWork:
    """Writes single rows of one kind as objects of the caller's session."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._kind = writer.kind
        self._placement = writer.placement
        self._by_name = writer.placement.description.by_name
        self._difference = ObjectDifference(writer)
        self._making = Making(writer.placement)

    def create(
        self, values: Mapping[str, Any], reach: Reach, *, action: Action = "create"
    ) -> Saved:
        """Add an object."""
        writer = self._writer
        writer.shape(values)
        with writer.write(seen=True) as place:
            made, drafts = self.add(place, values, reach)
            key = self.key_of(made)
            writer.check_reach([key], reach, place.connection)
            self._tell(place, drafts, key, action)
            return self._saved(made, key, values, values)

    def add(
        self, place: Place, values: Mapping[str, Any], reach: Reach
    ) -> tuple[Any, list[Draft]]:
        """Make an object and send it; return it with what is to be told."""
        session = place.needed
        self._writer.links.check(self._difference.links(values), reach, place.connection)
        with session.no_autoflush:
            made = self._making.make(self._making.resolve(session, values))
            session.add(made)
        return made, self._send(place, values)

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
        """Set what differs.

        :param revived: the row is marked as deleted, and is not to be.
        """
        writer = self._writer
        writer.shape(values, hiding=writer.links.hiding(values, reach))
        with writer.write(seen=True) as place:
            found = self._find(place, key, reach, version, revived=revived)
            if revived:
                setattr(found, self._kind.soft, None)
            changes, drafts = self._change(place, found, values, reach, sent=revived)
            writer.check_reach([key], reach, place.connection)
            self._tell(place, drafts, key, action)
            return self._saved(found, key, changes, values)

    def change_all(
        self, place: Place, keys: Sequence[Key], values: Mapping[str, Any], reach: Reach
    ) -> int:
        """Set what differs in the objects of keys, and return in how many."""
        count = 0
        for found in self._load(place.needed, keys):
            changes, _ = self._change(place, found, values, reach)
            count += bool(changes)
        return count

    def delete(self, key: Key, reach: Reach, version: Any) -> Saved:
        """Delete an object, or mark it as deleted."""
        with self._writer.write(seen=True) as place:
            found = self._find(place, key, reach, version)
            self._tell(place, self._remove(place, [found], [key]), key, "delete")
            self._writer.note_gone(place, [key])
        return Saved(key=key)

    def remove_all(self, place: Place, keys: Sequence[Key]) -> None:
        """Delete the objects of keys, or mark them as deleted."""
        self._remove(place, self._load(place.needed, keys), keys)

    def _remove(self, place: Place, objects: Iterable[Any], keys: Sequence[Key]) -> list[Draft]:
        session, soft = place.needed, self._kind.soft
        with session.no_autoflush:
            for found in objects:
                if soft:
                    setattr(found, soft, now())
                else:
                    session.delete(found)
        return self._send(place, {}, going=() if soft else keys)

    def _load(self, session: Session, keys: Sequence[Key]) -> Iterator[Any]:
        """Yield the objects of keys, read anew."""
        for start in range(0, len(keys), CHUNK):
            statement = self._writer.statements.objects()
            bound = bind_keys(keys[start : start + CHUNK])
            options = {"populate_existing": True}
            yield from session.scalars(statement, bound, execution_options=options).unique().all()

    def _send(
        self, place: Place, values: Mapping[str, Any], *, going: Sequence[Key] = ()
    ) -> list[Draft]:
        """Send what was done to objects, and return what is to be told of it."""
        try:
            with place.deferring() as drafts:
                place.needed.flush()
        except StaleDataError:
            raise Stale() from None
        except (StatementError, OverflowError) as error:
            raise Broken(error, values, going=going) from error
        return drafts

    def _tell(self, place: Place, drafts: list[Draft], key: Key, action: Action) -> None:
        """Tell what was written; a restored row's own change is called so."""
        if action == "restore":
            word = self._placement.description.kind
            drafts = [
                replace(each, change=replace(each.change, action=action))
                if (each.change.kind, each.change.key) == (word, key)
                else each
                for each in drafts
            ]
        place.tell_all(drafts)

    def key_of(self, found: Any) -> Key:
        """Return the key of an object."""
        return self._placement.join_key(getattr(found, name) for name in self._kind.key)

    def _find(
        self, place: Place, key: Key, reach: Reach, version: Any, *, revived: bool = False
    ) -> Any:
        """Return the object of a row, read anew and locked.

        :raises NotFound: there is none in reach.
        :raises Stale: it has another version than the given one.
        """
        found = place.needed.get(
            self._kind.cls,
            self._writer.identity(key),
            populate_existing=True,
            with_for_update={"of": self._kind.cls},
            execution_options={INCLUDE: True},
        )
        if found is None or self.key_of(found) != key:
            raise self._writer.no_such_row()
        marked = bool(self._kind.soft and getattr(found, self._kind.soft) is not None)
        if marked and not revived:
            raise self._writer.no_such_row()
        self._writer.require(key, reach, place.connection, marked=marked)
        own = self._version(found)
        if version is not None and version != own:
            raise Stale(own)
        return found

    def _change(
        self,
        place: Place,
        found: Any,
        values: Mapping[str, Any],
        reach: Reach,
        *,
        sent: bool = False,
    ) -> tuple[dict[str, Any], list[Draft]]:
        """Set what differs and send it; return it, and what is to be told.

        :param sent: also if nothing differs.
        """
        session = place.needed
        with session.no_autoflush:
            changes = self._difference.find(found, values, reach, place.connection)
            resolved = self._making.resolve(session, changes)
            for name, value in resolved.items():
                if self._by_name[name].many:
                    replace_members(found, name, value)
                else:
                    setattr(found, name, value)
        return changes, self._send(place, changes) if changes or sent else []

    def _version(self, found: Any) -> Any:
        name = self._placement.description.version
        return getattr(found, name) if name else None

    def _saved(
        self, found: Any, key: Key, changed: Iterable[str], written: Iterable[str]
    ) -> Saved:
        state = inspect(found).dict
        sent = {
            column.key: state[self._placement.attributes[column.key]]
            for columns in self._placement.columns.values()
            for column in columns
            if self._placement.attributes[column.key] in state
        }
        seen = {
            name: name in changed
            for name, field in self._by_name.items()
            if field.type == "relation"
        }
        known = self._writer.known.values(sent, seen)
        told = {name: value for name, value in known.items() if name in set(written)}
        return self._writer.saved(key, self._version(found), changed, lambda: told)
