"""Seeing what a session asks and writes, without a cost where nobody wants to know.

This is loaded with every application. What collects and sends changes is
imported when there is somebody to tell.
"""

from __future__ import annotations

import sys
from typing import Any

from flask import current_app
from flask_sqlalchemy.extension import SQLAlchemy
from flask_sqlalchemy.session import Session as FlaskSession
from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session, SessionTransaction, UOWTransaction

_HEARD = "stack_db_heard"
_DRAFTS = "stack_db_drafts"
_TELLING = "stack_db_telling"
_GONE = "stack_db_gone"
DEFERRED = "stack_db_deferred"
"""Where a session keeps what its flush has written, for whoever made it flush to tell."""


class HeardSession(FlaskSession):
    """The session of a database.

    Its statements are watched once somebody listens, or a class has marked
    rows that are to be left out: every ORM statement is slower by 5
    microseconds then, so it is not done from the beginning.
    """

    watched = False

    def __init__(self, db: SQLAlchemy, **kwargs: Any) -> None:
        super().__init__(db=db, **kwargs)
        if not self.watched and (is_heard(db) or is_soft(db)):
            cls = type(self)
            cls.watched = True
            # Done by two threads at once, it is done once.
            event.listen(cls, "do_orm_execute", _see_statement)


def hear(database: SQLAlchemy) -> None:
    """Hear what the sessions of a database write; a second call does nothing.

    The listeners are the session class's, so that applications that share
    the database share them too.
    """
    factory = database.session.session_factory
    mark = object()
    # On the factory and not on the database, on which nothing is set by a set-up.
    if vars(factory).setdefault(_HEARD, mark) is not mark:
        return
    event.listen(factory, "before_flush", _mark)
    event.listen(factory, "after_flush", _collect)
    event.listen(factory, "after_flush_postexec", _tell)
    event.listen(factory, "after_commit", _note_commit)
    event.listen(factory, "after_transaction_end", _end)
    if not issubclass(getattr(factory, "class_", Session), HeardSession):
        event.listen(factory, "do_orm_execute", _see_statement)


def is_soft(database: Any) -> bool:
    """Tell whether rows of a class are only marked as deleted."""
    if "stack_db.mixins" not in sys.modules:
        return False
    from .model.kinds import Kinds

    return Kinds.of(database).has_soft


def is_heard(database: Any) -> bool:
    """Tell whether anybody listens, or a class has a history."""
    signals: Any = sys.modules.get("stack_core.event")
    if signals is not None and (signals.changing.receivers or signals.changed.receivers):
        return True
    if "stack_db.declaration" not in sys.modules:
        return False  # nobody could have asked for a history
    from .model.kinds import Kinds

    return Kinds.of(database).has_history


def find_database(session: Session) -> Any:
    """Return the ``SQLAlchemy`` instance of a session."""
    return getattr(session, "_db", None) or current_app.extensions["sqlalchemy"]


def _mark(session: Session, context: UOWTransaction, objects: Any) -> None:
    if "stack_db.mixins" in sys.modules:
        from .soft_delete import mark

        mark(session, objects)


def _collect(session: Session, context: UOWTransaction) -> None:
    database = find_database(session)
    if is_heard(database):
        from .flushing import collect

        session.info[_DRAFTS] = collect(database, context)


def _tell(session: Session, context: UOWTransaction) -> None:
    if "stack_db.soft_delete" in sys.modules:
        from .soft_delete import let_go

        let_go(session)
    drafts = session.info.pop(_DRAFTS, None)
    deferred = session.info.get(DEFERRED)
    if deferred is not None:
        deferred.extend(drafts or ())
    elif drafts:
        from .telling import pending

        pending(session).tell_all(drafts)


def _see_statement(state: ORMExecuteState) -> Any:
    database = find_database(state.session)
    if (state.is_select or state.is_update) and is_soft(database):
        from .soft_delete import leave_out

        leave_out(state)
    if state.is_select or not is_heard(database):
        return None
    from .bulk import tell_statement

    return tell_statement(database, state)


def _note_commit(session: Session) -> None:
    if "info" not in vars(session):  # SQLAlchemy makes it when it is asked for
        return
    for name in (_TELLING, _GONE):
        if (waiting := session.info.get(name)) is not None:
            waiting.note_commit()


def _end(session: Session, transaction: SessionTransaction) -> None:
    if "info" not in vars(session) or not (transaction.nested or transaction.parent is None):
        return
    if (gone := session.info.get(_GONE)) is not None:
        gone.end(transaction)
    if (telling := session.info.get(_TELLING)) is not None:
        telling.end(transaction)
