"""Writing one row as an object, through the session and the model's own code."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from inspect import Parameter, signature
from typing import Any

from msgspec.structs import replace
from sqlalchemy import Connection, inspect
from sqlalchemy.exc import StatementError
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from stack_core.description import Field, Key
from stack_core.problem import FieldError, Stale
from stack_core.query import Reach
from stack_core.store import Saved

from ..instant import now
from ..telling import Action, Draft
from .collection import members, replace_members
from .difference import differs
from .refusal import REQUIRED, Broken, invalid
from .transaction import Place
from .write_statement import KEYS
from .writer import Writer

CHUNK = 500
"""How many objects one statement reads."""
_KEY = "A key cannot be changed."


class ObjectWork:
    """Writes single rows of one kind as objects of the caller's session."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._kind = writer.kind
        self._placement = writer.placement
        self._by_name = writer.placement.description.by_name

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
        self._writer.links.check(self._links(values), reach, place.connection)
        with session.no_autoflush:
            made = self._make(self._resolved(session, values))
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
            bound = {KEYS: list(keys[start : start + CHUNK])}
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
        )
        if found is None or self.key_of(found) != key:
            raise self._writer.no_such_row()
        if self._kind.soft and getattr(found, self._kind.soft) is not None:
            if not revived:
                raise self._writer.no_such_row()
        else:
            self._writer.require(key, reach, place.connection)
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
            changes = self._find_changes(found, values, reach, place.connection)
            resolved = self._resolved(session, changes)
            for name, value in resolved.items():
                if self._by_name[name].many:
                    replace_members(found, name, value)
                else:
                    setattr(found, name, value)
        return changes, self._send(place, changes) if changes or sent else []

    def _find_changes(
        self, found: Any, values: Mapping[str, Any], reach: Reach, connection: Connection
    ) -> dict[str, Any]:
        changes: dict[str, Any] = {}
        for name, value in values.items():
            field = self._by_name[name]
            if field.many:
                kept = self._with_hidden(found, field, value, reach, connection)
                if set(kept) != set(self._keys_of(found, name)):
                    changes[name] = kept
            elif name != self._placement.description.version and self._differs(found, name, value):
                if self._placement.is_key(name):
                    raise invalid([FieldError((name,), _KEY)])
                if not self._is_hidden(found, field, value, reach, connection):
                    changes[name] = value
        self._writer.shape(changes)
        self._writer.links.check(self._links(self._added(found, changes)), reach, connection)
        return changes

    def _is_hidden(
        self, found: Any, field: Field, value: Any, reach: Reach, connection: Connection
    ) -> bool:
        """Tell whether None is written because a relation reads as None."""
        links = self._writer.links
        if field.type != "relation" or value is not None or links.sees_all(field.name, reach):
            return False
        own = self._read(found, field.name)
        return own is not None and not links.seen(field.name, [own], reach, connection)

    def _with_hidden(
        self, found: Any, field: Field, value: Any, reach: Reach, connection: Connection
    ) -> list[Key]:
        """Return the keys of a list with those that its writer does not see."""
        given = list(value or ())
        if self._writer.links.sees_all(field.name, reach):
            return given
        own = self._keys_of(found, field.name)
        seen = self._writer.links.seen(field.name, own, reach, connection) if own else set()
        return [*given, *(key for key in own if key not in seen and key not in given)]

    def _added(self, found: Any, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Return the changes with only those keys of lists that are new."""
        added = dict(changes)
        for name, value in changes.items():
            if self._by_name[name].many:
                own = set(self._keys_of(found, name))
                added[name] = [key for key in value if key not in own]
        return added

    def _links(self, values: Mapping[str, Any]) -> dict[str, Any]:
        return {
            name: value for name, value in values.items() if self._by_name[name].type == "relation"
        }

    def _differs(self, found: Any, name: str, value: Any) -> bool:
        columns = self._placement.columns.get(name)
        if columns is None:
            return bool(getattr(found, name) != value)
        own = [getattr(found, self._placement.attributes[column.key]) for column in columns]
        parts = self._placement.spread(name, value)
        return any(
            differs(column.type, before, part)
            for before, (column, part) in zip(own, parts, strict=True)
        )

    def _read(self, found: Any, name: str) -> Any:
        columns = self._placement.columns[name]
        return self._placement.join(
            tuple(getattr(found, self._placement.attributes[each.key]) for each in columns)
        )

    def _keys_of(self, found: Any, name: str) -> list[Key]:
        other = self._kind.related(name)
        keys = (tuple(getattr(each, part) for part in other.key) for each in members(found, name))
        return [key if len(key) > 1 else key[0] for key in keys]

    def _resolved(self, session: Session, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return the values of attributes: objects for relations."""
        return {name: self._resolve(session, name, value) for name, value in values.items()}

    def _resolve(self, session: Session, name: str, value: Any) -> Any:
        field = self._by_name[name]
        if field.type != "relation":
            columns = self._placement.columns.get(name)
            return value if columns is None else self._placement.sendable(columns[0], value)
        cls = self._kind.related(name).cls
        if field.many:
            return [session.get(cls, key) for key in value or ()]
        return None if value is None else session.get(cls, value)

    def _make(self, values: Mapping[str, Any]) -> Any:
        """Make an object with what its ``__init__`` takes, and set the rest."""
        cls = self._kind.cls
        taken, needed = _read_init(cls)
        given = {name: value for name, value in values.items() if taken is None or name in taken}
        lists = {name for name in values if self._by_name[name].many}
        missing = [name for name in needed if name not in given]
        if named := [name for name in missing if name in self._by_name]:
            raise invalid([FieldError((name,), REQUIRED, "required") for name in named])
        made = cls(**{name: value for name, value in given.items() if name not in lists})
        for name, value in values.items():
            if name in lists:
                replace_members(made, name, value)
            elif name not in given:
                setattr(made, name, value)
        return made

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


def _read_init(cls: type[Any]) -> tuple[frozenset[str] | None, tuple[str, ...]]:
    """Return what a class' ``__init__`` takes, or None for anything, and what it must be given."""
    taken = list(signature(cls.__init__).parameters.values())[1:]  # type: ignore[misc]
    bare = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    if any(each.kind is Parameter.VAR_KEYWORD for each in taken):
        names = None
    else:
        names = frozenset(
            each.name for each in taken if each.kind is not Parameter.POSITIONAL_ONLY
        )
    bare = (Parameter.POSITIONAL_OR_KEYWORD, Parameter.KEYWORD_ONLY)
    needed = [each.name for each in taken if each.default is Parameter.empty and each.kind in bare]
    return names, tuple(needed)
