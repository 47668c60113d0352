"""Where writes run: in a transaction of their own, the session's, or behind a savepoint of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session, SessionTransaction

from stack_core.description import Key
from stack_core.event import changing

from ..listening import DEFERRED
from ..model.kind import Kind
from ..sqlite import write_lock
from ..telling import Action, Draft, Telling, pending
from ..writes import note_commit
from .connections import Connections
from .refusal import Broken, Gone

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
    :ivar gone: the rows that were deleted in it.
    """

    def __init__(self, root: SessionTransaction | None, *, own: bool) -> None:
        self.root = root
        self.own = own
        self.depth = 1
        self.gone: list[Gone] = []

    @contextmanager
    def inner(self) -> Iterator[None]:
        """Forget what was deleted inside where that is undone."""
        before = len(self.gone)
        try:
            yield
        except BaseException:
            del self.gone[before:]
            raise


class Place:
    """Where one write runs.

    :param session: whose transaction it is; None where it is the write's own.
    :param gone: where is noted which rows were deleted.
    """

    def __init__(
        self,
        connection: Connection,
        telling: Telling,
        session: Session | None,
        gone: list[Gone],
    ) -> None:
        self.connection = connection
        self.session = session
        self.gone = gone
        self._telling = telling

    @property
    def needed(self) -> Session:
        """The session, for a write that was begun as one with objects."""
        if self.session is None:
            raise RuntimeError("This write has no session. Begin it with seen=True.")
        return self.session

    def tell(self, kind: Kind, action: Action, key: Key | None, **values: Any) -> None:
        """Tell of a change, inside its transaction.

        :param values: ``old``, ``new``, ``where`` and ``count`` of the change.
        """
        self._telling.tell(kind, action, key, connection=self.connection, **values)

    @contextmanager
    def deferring(self) -> Iterator[list[Draft]]:
        """Keep what the session's flushes would tell, which then may be told or not.

        Whoever is told inside of a flush cannot use the session.
        """
        info = self.needed.info
        around, info[DEFERRED] = info.get(DEFERRED), []
        try:
            yield info[DEFERRED]
        finally:
            if around is None:
                del info[DEFERRED]
            else:
                info[DEFERRED] = around

    def tell_all(self, drafts: Iterable[Draft]) -> None:
        """Tell what flushes have written."""
        self._telling.tell_all(drafts, self.connection)


class Transactions:
    """The transactions of one database, which its session and its stores share."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

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
            with opened.inner(), session.begin_nested():
                yield session
        finally:
            opened.depth -= 1

    @contextmanager
    def write(self, *, seen: bool, single: bool = False) -> Iterator[Place]:
        """Lend the place for one write, which stands or falls alone.

        Call :meth:`settle` before it.

        :param seen: the application's code may look on, so the session must be
            the one that holds the transaction.
        :param single: it is no matter if each statement is a transaction by itself.
        """
        session = self._connections.find_session()
        if not seen and (session is None or not session.in_transaction()):
            telling = Telling(self._connections.app)
            gone: list[Gone] = []
            with self._alone(gone, single=single) as connection:
                yield Place(connection, telling, None, gone)
            telling.send()
            return
        session = session or self._session()
        opened: Open | None = session.info.get(OPEN)
        if opened is None:
            with self._outermost(session):
                yield self._place(session)
        elif self._has_nothing_to_lose(session, opened):
            with opened.inner(), self._restarted(session, opened):
                yield self._place(session)
        else:
            behind = self._behind_savepoint(session, seen=seen, single=single)
            with opened.inner(), behind as place:
                yield place

    def settle(self) -> Session | None:
        """Send what the caller has pending, which fails as the caller's own; return the session.

        None is made where there is none.
        """
        session: Session | None = self._connections.find_session()
        if session is not None and session.in_transaction() and not session._flushing:
            session.flush()
        return session

    def find_free(self, session: Session | None) -> Engine | None:
        """Return the engine for a statement that is a whole write, or None if it has to join.

        :param session: the caller's, if there is one.
        """
        if changing.receivers or (session is not None and session.in_transaction()):
            return None
        return self._connections.reader

    def is_single(self, connection: Connection) -> bool:
        """Tell whether every statement of a connection is a transaction by itself."""
        return connection.engine is not self._connections.engine

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Lend a connection that sees what was written, to look something up."""
        with self._connections.read() as connection:
            yield connection

    def _session(self) -> Session:
        found: Session = self._connections.database.session()
        return found

    def _place(self, session: Session) -> Place:
        bound = session.connection(bind_arguments={"bind": self._connections.engine})
        return Place(bound, pending(session), session, session.info[OPEN].gone)

    @contextmanager
    def _alone(self, gone: list[Gone], *, single: bool) -> Iterator[Connection]:
        """Lend a connection on which no code but ours runs.

        :param gone: the rows that are deleted on it.
        """
        reader = self._connections.reader if single else None
        if reader is not None:
            with reader.connect() as connection:
                yield connection
            note_commit()
            return
        engine = self._connections.engine
        with write_lock(), engine.connect() as connection, connection.begin() as transaction:
            yield connection
            try:
                transaction.commit()
            except DBAPIError as error:  # a constraint that is checked now
                raise Broken(error, {}, gone=gone) from error

    @contextmanager
    def _outermost(self, session: Session) -> Iterator[None]:
        own = not session.in_transaction()
        root = session.begin() if own else session.get_transaction()
        opened = session.info[OPEN] = Open(root, own=own)
        try:
            with write_lock(), nullcontext() if own else session.begin_nested():
                yield
            if session.get_transaction() is not opened.root:
                raise RuntimeError(_ENDED)
        except BaseException:
            if own and session.get_transaction() is opened.root:
                session.rollback()
            raise
        finally:
            del session.info[OPEN]
        try:
            session.commit()
        except BaseException as error:
            session.rollback()
            if isinstance(error, DBAPIError):
                raise Broken(error, {}, gone=opened.gone) from error
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
    def _behind_savepoint(self, session: Session, *, seen: bool, single: bool) -> Iterator[Place]:
        if seen:
            with session.begin_nested():
                yield self._place(session)
            return
        place = self._place(session)
        if single and place.connection.dialect.name != "postgresql":
            # A statement that fails there undoes itself and leaves the transaction as it was.
            yield place
            return
        with place.connection.begin_nested():
            yield place

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
