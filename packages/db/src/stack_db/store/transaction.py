"""Where writes run: in a transaction of their own, the session's, or behind a savepoint of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.orm import Session, SessionTransaction

from ..sqlite import write_lock
from .connections import Connections

OPEN = "stack_db_transaction"
"""Where a session keeps that a store has a transaction open in it."""

_ENDED = (
    "The session's transaction was ended inside of 'transaction()', so what was written there is"
    " not one whole. Leave 'commit()' and 'rollback()' of the session to whoever opened it."
)


class Open:
    """A transaction that a store has opened in a session.

    :param root: the session's transaction that holds it.
    :param own: the store has begun that, so there was nothing in it before.
    """

    def __init__(self, root: SessionTransaction | None, *, own: bool) -> None:
        self.root = root
        self.own = own
        self.depth = 1


class Transactions:
    """The transactions of one database, which its session and its stores share.

    :param connections: to that database.
    :param single: lends a connection on which every statement is a
        transaction by itself, or returns None where there is no such thing.
    """

    def __init__(
        self,
        connections: Connections,
        single: Callable[[], AbstractContextManager[Connection] | None],
    ) -> None:
        self._connections = connections
        self._single = single

    @contextmanager
    def open(self) -> Iterator[Session]:
        """Open a transaction, or a savepoint where a store has one open.

        The outermost commits, with what the session had pending. On an error
        it undoes what was done since it was opened and nothing else.
        """
        session = self._session()
        opened: Open | None = session.info.get(OPEN)
        if opened is None:
            with self._outermost(session):
                yield session
            return
        opened.depth += 1
        try:
            with session.begin_nested():
                yield session
        finally:
            opened.depth -= 1

    @contextmanager
    def write(self, *, seen: bool, single: bool = False) -> Iterator[Connection]:
        """Lend the connection for one write, which stands or falls alone.

        Call :meth:`settle` before it.

        :param seen: the application's code may look on, so the session must be
            the one that holds the transaction.
        :param single: the write is one statement, and nothing is checked after it.
        """
        session = self._connections.find_session()
        if not seen and (session is None or not session.in_transaction()):
            with self._alone(single=single) as connection:
                yield connection
            return
        session = session or self._session()
        opened: Open | None = session.info.get(OPEN)
        if opened is None:
            with self._outermost(session):
                yield self._bound(session)
        elif self._has_nothing_to_lose(session, opened):
            with self._restarted(session, opened):
                yield self._bound(session)
        else:
            with self._behind_savepoint(session, seen=seen, single=single) as connection:
                yield connection

    def settle(self) -> Session | None:
        """Send what the caller has pending, which fails as the caller's own; return the session.

        None is made where there is none.
        """
        session: Session | None = self._connections.find_session()
        if session is not None and session.in_transaction():
            session.flush()
        return session

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection that sees what was written, to look something up."""
        with self._connections.read() as connection:
            yield connection

    def _session(self) -> Session:
        found: Session = self._connections.database.session()
        return found

    def _bound(self, session: Session) -> Connection:
        return session.connection(bind_arguments={"bind": self._connections.engine})

    @contextmanager
    def _alone(self, *, single: bool) -> Iterator[Connection]:
        """Lend a connection on which no code but ours runs."""
        lent = self._single() if single else None
        if lent is not None:
            with lent as connection:
                yield connection
            return
        with write_lock(), self._connections.engine.begin() as connection:
            yield connection

    @contextmanager
    def _outermost(self, session: Session) -> Iterator[None]:
        own = not session.in_transaction()
        inner = session.begin() if own else session.begin_nested()
        opened = session.info[OPEN] = Open(session.get_transaction(), own=own)
        try:
            with write_lock():
                yield
            if session.get_transaction() is not opened.root:
                raise RuntimeError(_ENDED)
            if not own:
                inner.commit()
        except BaseException:
            del session.info[OPEN]
            if session.get_transaction() is opened.root:
                _undo(session, None if own else inner)
            raise
        del session.info[OPEN]
        try:
            session.commit()
        except BaseException:
            session.rollback()
            raise

    @contextmanager
    def _restarted(self, session: Session, opened: Open) -> Iterator[None]:
        """Begin the transaction anew where its first write fails."""
        try:
            yield
        except BaseException:
            session.rollback()
            opened.root = session.begin()
            raise

    @contextmanager
    def _behind_savepoint(
        self, session: Session, *, seen: bool, single: bool
    ) -> Iterator[Connection]:
        if seen:
            with session.begin_nested():
                yield self._bound(session)
            return
        connection = self._bound(session)
        if single and connection.dialect.name != "postgresql":
            # A statement that fails there undoes itself and leaves the transaction as it was.
            yield connection
            return
        with connection.begin_nested():
            yield connection

    @staticmethod
    def _has_nothing_to_lose(session: Session, opened: Open) -> bool:
        """Tell whether nothing was asked or written since the transaction began."""
        root: Any = opened.root
        return (
            opened.own
            and opened.depth == 1
            and session.get_transaction() is root
            and session.get_nested_transaction() is None
            and not getattr(root, "_connections", True)
            and not (session.new or session.dirty or session.deleted)
        )


def _undo(session: Session, savepoint: SessionTransaction | None) -> None:
    if savepoint is None:
        session.rollback()
    elif savepoint.session is not None:  # it has not ended yet
        savepoint.rollback()
