"""Leaving rows out that are marked as deleted, and marking them.

Sessions call this once a class of their database has the mixin.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import inspect
from sqlalchemy.orm import (
    InstanceState,
    LoaderCriteriaOption,
    ORMExecuteState,
    Session,
    SessionTransaction,
    with_loader_criteria,
)

from .instant import now
from .levels import Levels, Outcome

INCLUDE = "include_deleted"
"""The execution option of a statement that wants to see them."""

GONE = "stack_db_gone"
"""Where a session keeps what it has marked, until its transaction has ended."""

_FLUSHED = "stack_db_marked"


def leave_out(state: ORMExecuteState) -> None:
    """Narrow a statement to the rows that are not marked, unless it wants to see them."""
    if state.is_column_load or state.execution_options.get(INCLUDE, False):
        return
    criteria = _find_criteria()
    # Lazy loads have it from the statement that loaded their object.
    given: Sequence[object] = state.user_defined_options
    if all(each is not criteria for each in given):
        statement: Any = state.statement
        state.statement = statement.options(criteria)


@cache
def _find_criteria() -> LoaderCriteriaOption:
    from .mixins import SoftDelete

    return with_loader_criteria(
        SoftDelete,
        lambda cls: cls.deleted_at.is_(None),
        include_aliases=True,
    )


def mark(session: Session, objects: Collection[Any] | None) -> None:
    """Mark what is to be deleted; what would have gone with it stays with it.

    :param objects: what the flush is for; None: everything.
    """
    from .mixins import SoftDelete

    session.info.pop(_FLUSHED, None)  # of a flush that failed
    marked = [
        each
        for each in session.deleted
        if isinstance(each, SoftDelete) and (not objects or each in objects)
    ]
    if not marked:
        return
    moment = now()
    for each in marked:
        state: InstanceState[Any] = inspect(each)
        for other, _, other_state, _ in state.mapper.cascade_iterator("delete", state):
            if not isinstance(other, SoftDelete):
                session._deleted.pop(other_state, None)
        session._deleted.pop(state, None)
        if each.deleted_at is None:
            each.deleted_at = moment
    session.info[_FLUSHED] = marked


def let_go(session: Session) -> None:
    """Detach what was marked, as if it had been deleted, so that no identity map finds it."""
    marked = session.info.pop(_FLUSHED, None)
    if marked:
        gone = session.info.get(GONE)
        if gone is None:
            gone = session.info[GONE] = Gone(session)
        for each in marked:
            if each in session:
                session._expunge_states([inspect(each)])
                gone.add(each)


class Gone(Levels[Any]):
    """The objects that a session has let go until their transaction has ended."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._owner = session

    def end(self, ended: SessionTransaction) -> Outcome[Any]:
        """Take back into the session what an undone transaction has let go."""
        outcome = super().end(ended)
        for each in outcome.undone:
            self._owner.add(each)
            self._owner.expire(each)
        return outcome
