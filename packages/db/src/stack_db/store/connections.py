"""Where a read is sent: to the session's connection, or to one of the readers'."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask, current_app, has_app_context
from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy.engine import Connection, Dialect, Engine

from ..liveness import read_again
from ..writes import has_written
from .kept import Shelf
from .ready import ReadyReads


class Connections:
    """The connections to one of an application's databases.

    :param app: the application.
    :param database: its ``SQLAlchemy`` instance, whose session reads must agree with.
    :param bind_key: which of the databases.
    :param scan_rows: how many rows a search without an index reads.
    :param shelf: where the statements of the application are kept.
    :param find_reader: returns the engine for reads that stand alone, or None.
    """

    def __init__(
        self,
        app: Flask,
        database: SQLAlchemy,
        bind_key: str | None,
        find_reader: Callable[[str | None], Engine | None],
        scan_rows: int,
        shelf: Shelf,
    ) -> None:
        self.app = app
        self.database = database
        self.bind_key = bind_key
        self.scan_rows = scan_rows
        self.shelf = shelf
        self._find_reader = find_reader
        self._ready = ReadyReads()

    @property
    def engine(self) -> Engine:
        """The engine that writes."""
        return self.database._app_engines[self.app][self.bind_key]

    @property
    def reader(self) -> Engine | None:
        """The engine whose statements are each a transaction by itself, or None."""
        return self._find_reader(self.bind_key)

    @property
    def dialect(self) -> Dialect:
        """The dialect of the database."""
        return self.engine.dialect

    def fetch(self, statement: Any, values: Mapping[str, Any]) -> list[Any]:
        """Return all rows of a read, which sees what the caller has pending.

        One that meets a dead connection is sent again once, unless it belongs
        to the caller's transaction, which is lost.
        """
        connection = self.find()
        if connection is not None:
            return connection.execute(statement, values).all()  # type: ignore[return-value]
        engine = self._find_reader(self.bind_key)
        if engine is None:
            return read_again(self.engine, lambda own: own.execute(statement, values).all())  # type: ignore[arg-type, return-value]
        fetch = self._ready.fetch
        found: list[Any] = read_again(engine, lambda own: fetch(own, statement, values))
        return found

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Lend a connection for several reads."""
        connection = self.find()
        if connection is not None:
            yield connection
            return
        engine = self._find_reader(self.bind_key) or self.engine
        with engine.connect() as own:
            yield own

    def find(self) -> Connection | None:
        """Return the connection whose transaction a read has to see, or None."""
        session = self.find_session()
        if session is None or not session.in_transaction():
            return None
        # Whoever is told of a change may read, while it is being flushed.
        if not session._flushing and (session.new or session.dirty or session.deleted):
            session.flush()
        found: Connection = session.connection(bind_arguments={"bind": self.engine})
        return found

    def find_pending(self) -> Connection | None:
        """Return the connection whose transaction has written something, or None.

        A stream outlives the view that made it, and with it the session, unless
        it has to see what only the session's transaction does.
        """
        session = self.find_session()
        if session is None or not session.in_transaction():
            return None
        if session.new or session.dirty or session.deleted:
            return self.find()
        # What objects a session has sent is no measure: stores and statements write too,
        # a savepoint has a list of its own, and what nobody holds any more is in none.
        begun: Any = session.get_transaction()
        if self.engine not in begun._connections:
            return None
        found = self.find()
        return found if found is not None and has_written(found) else None

    def stream_engine(self) -> Engine:
        """Return the engine for reads that take their time."""
        if self.dialect.name == "postgresql":
            # It declares cursors in transactions only.
            return self.engine
        return self._find_reader(self.bind_key) or self.engine

    def find_session(self) -> Any | None:
        """Return the caller's session if there is one, and make none."""
        if not has_app_context():
            return None
        registry = self.database.session.registry
        if not registry.has() or current_app._get_current_object() is not self.app:  # type: ignore[attr-defined]
            return None
        return registry()
