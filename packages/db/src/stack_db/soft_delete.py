"""Leaving rows out that are marked as deleted, and marking them.

Nothing here is heard before a class has the mixin. Then it holds for every
session of the process, because a row that one of them finds is not deleted.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import (
    InstanceState,
    LoaderCriteriaOption,
    ORMExecuteState,
    Session,
    SessionTransaction,
    UOWTransaction,
    with_loader_criteria,
)

from .instant import now
from .levels import Levels

INCLUDE = "include_deleted"
"""The execution option of a statement that wants to see them."""

_FLUSHED = "stack_db_marked"
_GONE = "stack_db_gone"


def obey_everywhere() -> None:
    """Let every session leave marked rows out; a second call does nothing."""
    if event.contains(Session, "do_orm_execute", _leave_out):
        return
    event.listen(Session, "do_orm_execute", _leave_out)
    event.listen(Session, "before_flush", _mark)
    event.listen(Session, "after_flush_postexec", _let_go)
    event.listen(Session, "after_commit", _note_commit)
    event.listen(Session, "after_transaction_end", _end)


def _leave_out(state: ORMExecuteState) -> None:
    if not (state.is_select or state.is_update) or state.is_column_load:
        return
    if state.execution_options.get(INCLUDE, False):
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


def _mark(session: Session, context: UOWTransaction, objects: Any) -> None:
    """Mark what is to be deleted; what would have gone with it stays with it."""
    from .mixins import SoftDelete

    marked = [each for each in session.deleted if isinstance(each, SoftDelete)]
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
    session.info.setdefault(_FLUSHED, []).extend(marked)


def _let_go(session: Session, context: UOWTransaction) -> None:
    """Detach what was marked, as if it had been deleted, so that no identity map finds it."""
    marked = session.info.pop(_FLUSHED, None)
    if marked:
        gone = session.info.get(_GONE)
        if gone is None:
            gone = session.info[_GONE] = Levels[Any](session)
        for each in marked:
            if each in session:
                session._expunge_states([inspect(each)])
                gone.add(each)


def _note_commit(session: Session) -> None:
    gone: Levels[Any] | None = session.info.get(_GONE)
    if gone is not None:
        gone.note_commit()


def _end(session: Session, transaction: SessionTransaction) -> None:
    """Take back into the session what an undone transaction has let go."""
    gone: Levels[Any] | None = session.info.get(_GONE)
    if gone is None or not (transaction.nested or transaction.parent is None):
        return
    for each in gone.end(transaction).undone:
        session.add(each)
        session.expire(each)
