"""Telling of changes: at once inside the transaction, and again when it is committed.

Whoever writes collects its changes here, the session's flush as well as a
store. Without receivers and history nothing is collected.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Unpack

from flask import Flask, current_app
from sqlalchemy.engine import Connection
from sqlalchemy.orm import Session, SessionTransaction

from stack_core.description import Key
from stack_core.event import Change, changed, changing, tell_changed

from .draft import Action as Action
from .draft import Draft as Draft
from .draft import Values, draft
from .levels import Levels

if TYPE_CHECKING:
    from .model.kind import Kind

_HELD = "stack_db_telling"


class Telling:
    """The changes of one transaction, in their order.

    One that belongs to a session is sent by it; see :func:`pending`. Any
    other is sent by whoever made it, after its commit has returned.

    :param app: the application whose receivers hear of them.
    :param session: the one whose transactions decide about them.
    """

    def __init__(self, app: Flask, session: Session | None = None) -> None:
        self._app = app
        self._session = session
        self._queue = Levels[Change](session)

    def change(self, change: Change) -> None:
        """Send ``changing`` at once, and keep the change for ``changed``.

        What a receiver raises reaches the caller, who undoes the change.
        """
        mark = self.mark()
        if changed.receivers:
            # First, as what a receiver writes itself is told behind it.
            self._queue.add(change)
        try:
            changing.send(self._app, change=change)
        except BaseException:
            self.undo(mark)
            raise

    def tell(
        self,
        kind: Kind,
        action: Action,
        key: Key | None,
        *,
        connection: Connection | None = None,
        **values: Unpack[Values],
    ) -> None:
        """Write a change into the history, where its kind has one, and send it.

        Give the values as they are: what must not be told is taken out here.

        :param connection: the one whose transaction holds the change;
            otherwise the session's.
        """
        self.tell_all([draft(kind, action, key, **values)], connection)

    def tell_all(self, drafts: Iterable[Draft], connection: Connection | None = None) -> None:
        """Do the same for many changes, whose history is written at once."""
        drafts = list(drafts)
        remembered = [each for each in drafts if each.kind.history]
        if remembered:
            from .history import write_history

            write_history(remembered, connection or self._session)
        if changing.receivers or changed.receivers:
            for each in drafts:
                self.change(each.told())

    def mark(self) -> int:
        """Return a position, for a savepoint that the session does not know."""
        return len(self._queue)

    def undo(self, mark: int) -> None:
        """Forget what came after a position, for its savepoint was rolled back."""
        self._queue.cut(mark)

    def send(self) -> None:
        """Send ``changed`` for everything; the commit has returned."""
        for change in self._queue.take():
            tell_changed(self._app, change)

    def note_commit(self) -> None:
        """Remember which of the session's transactions is being committed."""
        self._queue.note_commit()

    def end(self, ended: SessionTransaction) -> None:
        """Give a savepoint's changes to what is around it, or send the transaction's.

        Those of one that was not committed are forgotten.
        """
        committed = self._queue.end(ended).committed
        if not committed:
            return
        session: Any = ended.session
        # Receivers may use the session, also where ``with session.begin()`` ends.
        around, session._trans_context_manager = session._trans_context_manager, None
        try:
            for change in committed:
                tell_changed(self._app, change)
        finally:
            session._trans_context_manager = around


def is_told(kind: Kind) -> bool:
    """Tell whether changes of a kind have to be collected at all."""
    return bool(kind.history or changing.receivers or changed.receivers)


def pending(session: Session, app: Flask | None = None) -> Telling:
    """Return the telling of a session's transactions.

    What is told there is sent when the outermost transaction has been
    committed; an undone savepoint takes its changes along.

    :param app: whose receivers hear of them, for a session that is used
        without a context; otherwise the current one.
    """
    found = session.info.get(_HELD)
    if found is None:
        here = app or current_app._get_current_object()  # type: ignore[attr-defined]
        found = session.info[_HELD] = Telling(here, session)
    telling: Telling = found
    return telling
