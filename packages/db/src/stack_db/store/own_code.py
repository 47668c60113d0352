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
_ATTRIBUTE_EVENTS = ("set", "modified")
_SQLALCHEMYS_OWN = (
    "sqlalchemy.orm.attributes",
    "sqlalchemy.orm.mapper",
    "sqlalchemy.orm.unitofwork",
)
"""Where SQLAlchemy listens itself, to keep both sides of a relationship alike."""
_OURS = "stack_db."
"""What we listen to ourselves is told by the store too, in its own way."""
_PLAIN_INIT = registry().constructor


class OwnCode:
    """What a model's own code would see of a write.

    :param placement: the kind's.
    :param session_class: of the application's session, with its listeners.
    """

    def __init__(self, placement: Placement, session_class: type[Session]) -> None:
        self._placement = placement
        self._mapper = placement.kind.mapper
        self._session_class = session_class
        # The class's own listeners can be asked for through an instance only:
        # what the class itself answers is true whether or not there are any.
        self._sample = session_class.__new__(session_class)
        self._always = not self._is_plain()
        self._on_create = self._always or self._has_own_init()
        self._on_delete = self._always or self._cascades()

    def sees(self, action: Action, names: Iterable[str], session: Session | None) -> bool:
        """Tell whether a write must be done with objects.

        :param names: the fields that are written.
        :param session: the caller's, if there is one.
        """
        if self._always:
            return True
        if action == "create" and (self._on_create or _foreign(self._manager.dispatch, "init")):
            return True
        if action == "delete" and self._on_delete:
            return True
        if _foreign(self._mapper.dispatch, *_MAPPER_EVENTS[action]):
            return True
        if _foreign(self._sample.dispatch, *_SESSION_EVENTS):
            return True
        if session is not None and _foreign(session.dispatch, *_SESSION_EVENTS):
            return True
        return any(self._sees_field(name) for name in names)

    @property
    def _manager(self) -> Any:
        return self._mapper.class_manager

    def _sees_field(self, name: str) -> bool:
        """Tell whether somebody listens to a field, or it is no plain column."""
        columns = self._placement.columns.get(name)
        if columns is None:
            return True
        attributes = {name, *(self._placement.attributes[column.key] for column in columns)}
        return any(
            _foreign(self._manager[each].dispatch, *_ATTRIBUTE_EVENTS)
            for each in attributes
            if each in self._manager
        )

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
            and cls.__setattr__ is object.__setattr__
        )

    def _has_own_init(self) -> bool:
        made = getattr(self._manager, "original_init", None)
        return made is not _PLAIN_INIT

    def _cascades(self) -> bool:
        """Tell whether the objects know of rows that go, or are cut off, with a row.

        What is left to the database, with ``passive_deletes``, is none of theirs.
        """
        return any(
            not each.passive_deletes
            for each in self._mapper.relationships
            if not each.viewonly and (each.direction is not MANYTOONE or each.cascade.delete)
        )


def _foreign(dispatch: Any, *names: str) -> bool:
    """Tell whether somebody besides SQLAlchemy and us listens."""
    for name in names:
        listeners = getattr(dispatch, name)
        if listeners and any(_is_foreign(each) for each in listeners):
            return True
    return False


def _is_foreign(listener: Any) -> bool:
    module = getattr(listener, "__module__", "") or ""
    return module not in _SQLALCHEMYS_OWN and not module.startswith(_OURS)
