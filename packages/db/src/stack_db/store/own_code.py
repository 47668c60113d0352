"""Whether a model has a say of its own in what is written.

Where nobody could tell the difference, a write goes round the objects. This
is where it is found out, each time anew: a listener may come at any moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from functools import partial
from operator import attrgetter
from typing import Any, Literal

from sqlalchemy import Table
from sqlalchemy.orm import Session, registry
from sqlalchemy.orm.interfaces import MANYTOONE

from .kept import MOST_SHAPES, Kept, Shelf
from .placement import Placement

Action = Literal["create", "update", "delete"]

_MAPPER_EVENTS: dict[Action, tuple[str, str]] = {
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
_OF_SESSION = attrgetter(*_SESSION_EVENTS)
_SQLALCHEMYS_OWN = (
    "sqlalchemy.orm.attributes",
    "sqlalchemy.orm.mapper",
    "sqlalchemy.orm.unitofwork",
)
"""Where SQLAlchemy listens itself, to keep both sides of a relationship alike."""
_OURS = "stack_db."
"""What we listen to ourselves is told by the store too, in its own way."""
_PLAIN_INIT: Any = registry().constructor


class Watch:
    """Whether somebody besides SQLAlchemy and us listens to some events.

    It is asked at every write, so it remembers what it has found, and looks
    again only when there are other listeners than there were.

    :param places: each an object with a dispatcher, and the names of events.
    """

    def __init__(self, places: Iterable[tuple[Any, Sequence[str]]]) -> None:
        self._get: list[Callable[[], Any]] = [
            partial(attrgetter(*names), each.dispatch) for each, names in places
        ]
        self._found: list[Any] = []
        self._inner: list[Any] = []
        self._copies: list[Any] = []
        self._heard = False
        self._look()

    def hears(self) -> bool:
        """Tell whether somebody listens now."""
        # A list of listeners is replaced when it gets its first, and grows after that.
        if self._found != [get() for get in self._get] or self._inner != self._copies:
            self._look()
        return self._heard

    def _look(self) -> None:
        found = [get() for get in self._get]
        inner: list[Any] = []
        for one in found:
            for each in one if isinstance(one, tuple) else (one,):
                inner += [each.listeners, each.parent_listeners]
        copies = [copy(each) for each in inner]
        self._heard = any(map(_is_foreign, (each for one in copies for each in one)))
        self._found, self._inner, self._copies = found, inner, copies


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
        self._sample = session_class.__new__(session_class)
        self._always = not self._is_plain()
        self._on_create = self._always or self._has_own_init()
        self._on_delete = self._always or self._cascades()
        self._watches: Kept[Watch | None] = Kept(Shelf(MOST_SHAPES))

    def sees(self, action: Action, names: Iterable[str], session: Session | None) -> bool:
        """Tell whether a write must be done with objects.

        :param names: the fields that are written.
        :param session: the caller's, if there is one.
        """
        if self._always or (action == "create" and self._on_create):
            return True
        if action == "delete" and self._on_delete:
            return True
        outline = (action, *names)
        watch = self._watches.find(outline, lambda: self._make_watch(action, outline[1:]))
        if watch is None or watch.hears():
            return True
        return session is not None and _is_heard(session)

    def _make_watch(self, action: Action, names: Sequence[str]) -> Watch | None:
        """Return what tells who listens to a write; None if a field is no plain column."""
        places: list[tuple[Any, Sequence[str]]] = [
            (self._sample, _SESSION_EVENTS),
            (self._mapper, _MAPPER_EVENTS[action]),
        ]
        if action == "create":
            places.append((self._manager, ("init",)))
        attributes: dict[str, Any] = {}
        for name in names:
            columns = self._placement.columns.get(name)
            if columns is None:
                return None
            for each in (name, *(self._placement.attributes[column.key] for column in columns)):
                if each in self._manager:
                    attributes[each] = self._manager[each]
        return Watch([*places, *((each, ("set",)) for each in attributes.values())])

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


def _is_heard(session: Session) -> bool:
    """Tell whether somebody listens to one session, and not to its class."""
    own: tuple[Any, ...] = _OF_SESSION(session.dispatch)
    return any(any(map(_is_foreign, each.listeners)) for each in own)


def _is_foreign(listener: Any) -> bool:
    module = getattr(listener, "__module__", "") or ""
    return module not in _SQLALCHEMYS_OWN and not module.startswith(_OURS)
