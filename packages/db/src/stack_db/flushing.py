"""What a flush has written, object by object."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy.orm import InstanceState, UOWTransaction
from sqlalchemy.orm.attributes import History
from sqlalchemy.orm.base import PASSIVE_NO_INITIALIZE
from sqlalchemy.orm.interfaces import MANYTOMANY

from .draft import Action, Draft, draft
from .model.kind import Kind
from .model.kinds import Kinds
from .telling import is_told

_WATCH = "_flush_watch"
_UNKNOWN = object()


class Watch:
    """Which attributes of a kind hold the values of its fields; made once for a kind."""

    def __init__(self, kind: Kind) -> None:
        fields = kind.description.fields
        self.held = tuple((field.name, field.local) for field in fields if field.local)
        relations = kind.mapper.relationships
        self.linked = tuple(
            field.name
            for field in fields
            if field.many
            and relations[field.name].direction is MANYTOMANY
            and not relations[field.name].viewonly
        )

    @classmethod
    def of(cls, kind: Kind) -> Watch:
        """Return the watch of a kind."""
        found: Watch = vars(kind).get(_WATCH) or vars(kind).setdefault(_WATCH, cls(kind))
        return found


def collect(database: SQLAlchemy, context: UOWTransaction) -> list[Draft]:
    """Return what a flush has written, while the objects still know what they were."""
    kinds = Kinds.of(database)
    found = []
    replaced = {
        state.key
        for state, (deleted, listed) in context.states.items()
        if deleted and listed and state.key is not None
    }
    for state, (deleted, listed) in context.states.items():
        if listed:
            continue
        kind = kinds.find(state.class_)
        if kind is not None and is_told(kind):
            made = _draft(kind, state, deleted, replaced)
            if made is not None:
                found.append(made)
    return found


def _draft(
    kind: Kind, state: InstanceState[Any], deleted: bool, replaced: set[Any]
) -> Draft | None:
    watch, key = Watch.of(kind), find_key(kind, state)
    if deleted:
        return draft(kind, "delete", key, old=_read(watch, state.dict))
    if state.key is None and kind.mapper.identity_key_from_instance(state.obj()) not in replaced:
        new = _read(watch, state.dict)
        new.update(_read_links(watch, state, {}))
        return draft(kind, "create", key, new=new)
    old: dict[str, Any] = {}
    new = {}
    for name, local in watch.held:
        _compare(state, name, local, old, new)
    new.update(_read_links(watch, state, old))
    if not new:
        return None
    return draft(kind, _find_action(kind, new), key, old=old, new=new)


def find_key(kind: Kind, state: InstanceState[Any]) -> Any:
    """Return the key of an object as its kind writes it."""
    parts = kind.mapper.primary_key_from_instance(state.obj())
    return parts[0] if len(parts) == 1 else tuple(parts)


def _find_action(kind: Kind, new: Mapping[str, Any]) -> Action:
    """Return what a change of the mark of deletion means."""
    if kind.soft not in new:
        return "update"
    return "restore" if new[kind.soft] is None else "delete"


def _read(watch: Watch, values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of fields that are loaded."""
    found = {}
    for name, local in watch.held:
        if len(local) == 1:
            if local[0] in values:
                found[name] = values[local[0]]
        elif all(each in values for each in local):
            found[name] = tuple(values[each] for each in local)
    return found


def _compare(
    state: InstanceState[Any],
    name: str,
    local: tuple[str, ...],
    old: dict[str, Any],
    new: dict[str, Any],
) -> None:
    """Note a field whose value differs, with what it was if that is known."""
    if not any(each in state.committed_state for each in local):
        return
    histories = [_history(state, each) for each in local]
    if not any(each.has_changes() for each in histories):
        return
    after = [state.dict.get(each) for each in local]
    before = [_before(each) for each in histories]
    new[name] = after[0] if len(local) == 1 else tuple(after)
    if _UNKNOWN not in before:
        old[name] = before[0] if len(local) == 1 else tuple(before)


def _history(state: InstanceState[Any], name: str) -> History:
    found: History = state.get_history(name, PASSIVE_NO_INITIALIZE)
    return found


def _before(history: History) -> Any:
    if history.deleted:
        return history.deleted[0]
    return history.unchanged[0] if history.unchanged else _UNKNOWN


def _read_links(
    watch: Watch, state: InstanceState[Any], old: dict[str, Any]
) -> Iterator[tuple[str, Any]]:
    """Yield the keys of many-to-many relations that were changed, None where not all are known."""
    for name in watch.linked:
        if name not in state.committed_state and name not in state._pending_mutations:
            continue
        history = _history(state, name)
        if name not in state.dict or not isinstance(state.dict[name], (list, set)):
            yield name, None
        elif history.added or history.deleted:
            old[name] = [*map(_identity, (*history.unchanged, *history.deleted))]
            yield name, [*map(_identity, (*history.unchanged, *history.added))]


def _identity(other: Any) -> Any:
    from sqlalchemy import inspect

    parts = inspect(other).mapper.primary_key_from_instance(other)
    return parts[0] if len(parts) == 1 else tuple(parts)
