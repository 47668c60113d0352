"""Whether a model has a say of its own in what is written.

Where nobody could tell the difference, a write goes round the objects. This
is where it is found out, each time anew: a listener may come at any moment.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal

from sqlalchemy import Table
from sqlalchemy.orm import Session, registry
from sqlalchemy.orm.interfaces import MANYTOONE

from .placement import Placement
from .statement import Kept

Action = Literal["create", "update", "delete"]

_MAPPER_EVENTS = {
    "create": ("before_insert", "after_insert"),
    "update": ("before_update", "after_update"),
    "delete": ("before_delete", "after_delete"),
}
_SESSION_EVENTS = (
    "before_flush",
    "after_flush",
    "after_flush_postexec",
    "before_commit",
    "after_commit",
    "before_attach",
    "after_attach",
    "transient_to_pending",
    "pending_to_persistent",
    "persistent_to_deleted",
    "deleted_to_detached",
)
_SQLALCHEMYS_OWN = (
    "sqlalchemy.orm.attributes",
    "sqlalchemy.orm.mapper",
    "sqlalchemy.orm.unitofwork",
)
"""Where SQLAlchemy listens itself, to keep both sides of a relationship alike."""
_OURS = "stack_db."
"""What we listen to ourselves is told by the store too, in its own way."""
_PLAIN_INIT: Any = registry().constructor
_MOST_JUDGED = 500
"""How many combinations of listeners are remembered."""


class OwnCode:
    """What a model's own code would see of a write.

    :param placement: the kind's.
    :param session_class: of the application's session, with its listeners.
    """

    def __init__(self, placement: Placement, session_class: type[Session]) -> None:
        self._placement = placement
        self._mapper = placement.kind.mapper
        self._manager: Any = self._mapper.class_manager
        # The class's own listeners can be asked for through an instance only:
        # what the class itself answers is true whether or not there are any.
        sample = session_class.__new__(session_class)
        found = [getattr(sample.dispatch, name) for name in _SESSION_EVENTS]
        self._of_sessions = [getattr(each, "parent_listeners", each) for each in found]
        self._always = not self._is_plain()
        self._on_create = self._always or self._has_own_init()
        self._on_delete = self._always or self._cascades()
        self._watched: Kept[list[Any] | None] = Kept()
        self._judged: dict[tuple[Any, ...], bool] = {}

    def sees(self, action: Action, names: Iterable[str], session: Session | None) -> bool:
        """Tell whether a write must be done with objects.

        :param names: the fields that are written.
        :param session: the caller's, if there is one.
        """
        if self._always:
            return True
        if action == "create" and (self._on_create or self._hears(self._manager.dispatch.init)):
            return True
        if action == "delete" and self._on_delete:
            return True
        before, after = _MAPPER_EVENTS[action]
        heard = self._mapper.dispatch
        if self._hears(getattr(heard, before)) or self._hears(getattr(heard, after)):
            return True
        if any(each and self._hears(each) for each in self._of_sessions):
            return True
        if session is not None and any(
            self._hears(getattr(session.dispatch, name)) for name in _SESSION_EVENTS
        ):
            return True
        watched = self._watch(tuple(names))
        return watched is None or any(self._hears(each.set) for each in watched)

    def _hears(self, listeners: Any) -> bool:
        """Tell whether somebody besides SQLAlchemy and us listens."""
        if not listeners:
            return False
        found = tuple(listeners)
        judged = self._judged.get(found)
        if judged is None:
            if len(self._judged) >= _MOST_JUDGED:
                self._judged.clear()
            judged = self._judged[found] = any(map(_is_foreign, found))
        return judged

    def _watch(self, names: tuple[str, ...]) -> list[Any] | None:
        """Return what tells who listens to fields; None if one is no plain column."""
        return self._watched.find(names, lambda: self._find_watched(names))

    def _find_watched(self, names: tuple[str, ...]) -> list[Any] | None:
        found: dict[str, Any] = {}
        for name in names:
            columns = self._placement.columns.get(name)
            if columns is None:
                return None
            for each in (name, *(self._placement.attributes[column.key] for column in columns)):
                if each in self._manager:
                    found[each] = self._manager[each].dispatch
        return list(found.values())

    def _is_plain(self) -> bool:
        """Tell whether a row is one row of one table, and an attribute one of its columns."""
        mapper, cls = self._mapper, self._placement.kind.cls
        return (
            isinstance(mapper.local_table, Table)
            and len(mapper.tables) == 1
            and mapper.inherits is None
            and mapper.polymorphic_on is None
            and not mapper.validators
            and (mapper.version_id_col is None or mapper.version_id_generator is not False)
            and getattr(cls, "__setattr__", None) is object.__setattr__
        )

    def _has_own_init(self) -> bool:
        return getattr(self._manager, "original_init", None) is not _PLAIN_INIT

    def _cascades(self) -> bool:
        """Tell whether the objects know of rows that go, or are cut off, with a row.

        What is left to the database, with ``passive_deletes``, is none of theirs.
        """
        return any(
            not each.passive_deletes
            for each in self._mapper.relationships
            if not each.viewonly and (each.direction is not MANYTOONE or each.cascade.delete)
        )


def _is_foreign(listener: Any) -> bool:
    module = getattr(listener, "__module__", "") or ""
    return module not in _SQLALCHEMYS_OWN and not module.startswith(_OURS)
