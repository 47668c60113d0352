"""Pointing an application's engines at the databases of tests."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from flask import Flask
from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy import event
from sqlalchemy.engine import URL, Dialect, Engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, Pool

from stack_core import Registry

from .._extension import DatabaseState
from .twin import Twin, TwinError, make_twin

ADDRESS = "SQLALCHEMY_DATABASE_URI"
_CLOSED = (
    "This test uses the database, but does not ask for it."
    " Give it the fixture 'database', or write usefixtures = database in pytest's settings."
)
_UNREACHED = (
    "An engine has a 'creator' of its own, so it cannot be pointed at the database of the tests."
    " Leave the creator out of the settings of the tests."
)
_RECORD = "stack_twin"


class Twins:
    """The databases of one session of tests, by the address that each stands for."""

    def __init__(self) -> None:
        self._twins: dict[URL, Twin] = {}

    def of(self, url: URL) -> Twin:
        """Return the twin of an address, the same one each time."""
        if url not in self._twins:
            self._twins[url] = make_twin(url)
        return self._twins[url]

    def close(self) -> None:
        """Drop them all; the session is over, so what cannot be dropped is only said."""
        for twin in self._twins.values():
            try:
                twin.close()
            except TwinError as error:
                print(error, file=sys.stderr)


class Redirection:
    """The engines of one application, pointed at their twins from :meth:`install` on.

    They connect only while it is open; at other times a connection is an
    error, so that no test can reach a database that it has not asked for.

    :param app: the application.
    :param database: its ``SQLAlchemy`` instance.
    """

    def __init__(self, app: Flask, database: SQLAlchemy, twins: Twins) -> None:
        self.app = app
        self.database = database
        with app.app_context():
            self.named: Mapping[str | None, Engine] = dict(database.engines)
        self._before = {engine: engine.url for engine in self.named.values()}
        self.engines = {engine: twins.of(engine.url) for engine in self.named.values()}
        self._address = app.config.get(ADDRESS)
        self._checked: set[Engine] = set()
        self._pools: dict[Engine, Pool] = {}
        installed = Registry.of(app).get("db")
        self._state = installed.state if installed is not None else None

    def install(self) -> None:
        """Point the engines, and what says where they are, at the twins."""
        self._share(True)
        for engine, twin in self.engines.items():
            engine.dispose()
            event.listen(engine, "do_connect", self._connect)
            engine.url = twin.url
        self._close()
        if None in self.named:
            twin = self.engines[self.named[None]]
            self.app.config[ADDRESS] = twin.url.render_as_string(hide_password=False)

    def remove(self) -> None:
        """Let the engines be as they were before."""
        self._admit()
        self._share(False)
        for engine in self.engines:
            engine.dispose()
            event.remove(engine, "do_connect", self._connect)
            engine.url = self._before[engine]
        if None in self.named:
            self.app.config[ADDRESS] = self._address

    @contextmanager
    def open(self) -> Iterator[None]:
        """Let the engines connect.

        :raises TwinError: one of them makes its connections in a way of its own.
        """
        self._admit()
        try:
            for engine in self.engines.keys() - self._checked:
                self._check(engine)
            yield
        finally:
            self._close()

    def discard(self) -> None:
        """Drop the twins; they are made anew when they are needed."""
        for engine in self.engines:
            engine.dispose()
        for twin in self.engines.values():
            twin.discard()

    def _share(self, shared: bool) -> None:
        """Let reads go to the engines that are redirected, for their own would not be."""
        if isinstance(self._state, DatabaseState):
            self._state.readers.suspended = shared

    def _admit(self) -> None:
        for engine, pool in self._pools.items():
            engine.pool = pool
        self._pools.clear()

    def _close(self) -> None:
        for engine in self.engines:
            self._pools[engine] = engine.pool
            engine.pool = NullPool(_refuse)

    def _check(self, engine: Engine) -> None:
        connection = engine.raw_connection()
        try:
            reached = connection.info.get(_RECORD)
        finally:
            connection.close()
        if not reached:
            raise TwinError(_UNREACHED)
        self._checked.add(engine)

    def _connect(
        self, dialect: Dialect, record: ConnectionPoolEntry, arguments: Any, named: Any
    ) -> Any:
        for engine, twin in self.engines.items():
            if engine.dialect is dialect:
                record.info[_RECORD] = True
                return twin.connect(dialect, named)
        return None


def _refuse() -> Any:
    raise RuntimeError(_CLOSED)
