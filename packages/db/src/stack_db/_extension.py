"""Putting the database on an application."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from flask import Flask
from flask_sqlalchemy.extension import SQLAlchemy
from sqlalchemy.engine import Engine

from stack_core import Extension, Finding, Registry, SettingsError, SetupError
from stack_core.keep import DATABASE_KEEP, Keep
from stack_core.stores import STORES

from . import address, inspection, sqlite
from ._cli import db
from .answer import answer_faults
from .command import explain_faults
from .engine import using
from .listening import hear
from .migrate import MIGRATE_KEY, LazyMigrate, join
from .probe import Probe
from .reader import Readers, noting
from .settings import DatabaseSettings, find_mode
from .store.kept import MOST_STATEMENTS, Shelf
from .stores import Stores
from .tables import MIGRATIONS, history_table, keep_table
from .writes import note_writes

if TYPE_CHECKING:
    from .store.connections import Connections

_KEEPING = ("sqlite", "postgresql", "mysql", "mariadb")
EMBEDDED = "sqlite:///app.db"
"""The database of a composed application that names none; in the instance folder."""


class DatabaseState:
    """The database of one application.

    :param database: the instance that holds the session and the models.
    :param settings: the application's settings of db.
    :param reused: it was on the application before, with engines of its own.
    :param embedded: no address was set, so it is a file in the instance folder.
    """

    def __init__(
        self,
        database: SQLAlchemy,
        settings: DatabaseSettings,
        *,
        reused: bool = False,
        embedded: bool = False,
    ) -> None:
        self.database = database
        self.settings = settings
        self.reused = reused
        self.embedded = embedded
        self.probe = Probe(settings.probe_timeout)
        self.readers = Readers(settings)
        self._shelf = Shelf(MOST_STATEMENTS)
        self._connections: dict[str | None, Connections] = {}

    def engines(self, app: Flask) -> Mapping[str | None, Engine]:
        """Return the engines by bind; no application context is needed."""
        return self.database._app_engines.get(app, {})

    def connections(self, app: Flask, bind_key: str | None = None) -> Connections:
        """Return what finds the connection for a read of one of the databases."""
        found = self._connections.get(bind_key)
        if found is None:
            from .store.connections import Connections

            most, find_reader = self.settings.search_rows, self.readers.find
            made = Connections(app, self.database, bind_key, find_reader, most, self._shelf)
            found = self._connections.setdefault(bind_key, made)
        return found


class DatabaseExtension(Extension[DatabaseSettings, DatabaseState]):
    """What a :class:`Database` holds to take part in a ``Stack``.

    :param database: the instance that it stands for.
    :param start: Flask-SQLAlchemy's own ``init_app`` of that instance.
    :param reuses: take the instance that the application may have already;
        otherwise that is an error.
    """

    name = "db"
    settings = DatabaseSettings
    testing = "stack_db.testing"
    migrations = MIGRATIONS

    def __init__(
        self, database: SQLAlchemy, start: Callable[[Flask], None], *, reuses: bool = False
    ) -> None:
        self._database = database
        self._start = start
        self._reuses = reuses

    def build(self, app: Flask, settings: DatabaseSettings) -> DatabaseState:
        """Check every address.

        :raises SetupError: there is a ``SQLAlchemy`` instance already.
        :raises SettingsError: an address is missing or wrong, or the migrations have no folder.
        """
        if not settings.migrations:
            raise SettingsError(
                "'DB_MIGRATIONS' is empty. Set it to the folder of the migrations."
            )
        present = app.extensions.get("sqlalchemy")
        if present is not None:
            return DatabaseState(self._reuse(present), settings, reused=True)
        found = list(address.find_addresses(app.config, self._database._engine_options))
        embedded = Registry.of(app).composed and all(bind is not None for _, bind, _ in found)
        if embedded:
            found.append((address.URI_KEY, None, EMBEDDED))
        if not found:
            # Flask-SQLAlchemy's own words, which its users search for.
            raise SettingsError(
                "Either 'SQLALCHEMY_DATABASE_URI' or 'SQLALCHEMY_BINDS' must be set."
            )
        for key, _, value in found:
            url = address.normalize(value, key)
            sqlite.check_address(app, url, key)
        return DatabaseState(self._database, settings, embedded=embedded)

    def attach(self, app: Flask, state: DatabaseState) -> None:
        """Let Flask-SQLAlchemy do its part, then add the answers, the migrations and the seams."""
        if state.reused:
            hear(state.database)
            for engine in state.engines(app).values():
                note_writes(engine)
        else:
            self.succeed(app, state)
        answer_faults(app, state.settings.retry_after)
        explain_faults(app)
        if find_mode(app, state.settings) != "off":
            # Only where it is wanted: it listens to every statement of the session.
            from .nplusone import detect

            detect(state.database.session)
        self._add_migrations(app, state)
        self._offer(app, state)

    def _add_migrations(self, app: Flask, state: DatabaseState) -> None:
        lazy = LazyMigrate(state.settings.migrations, lambda: state.database)
        # An application's own Migrate, and its own commands of that name, win.
        app.extensions.setdefault(MIGRATE_KEY, lazy)
        app.cli.commands.setdefault("db", db)
        join(app)
        if Registry.of(app).composed:
            self._add_tables(app, state)

    def _offer(self, app: Flask, state: DatabaseState) -> None:
        registry = Registry.of(app)
        registry.offer(STORES, Stores(lambda: state.database, partial(state.connections, app)))
        default = state.engines(app).get(None)
        if default is not None and default.dialect.name in _KEEPING:
            registry.claim(DATABASE_KEEP, lambda: _make_keep(app, state), owner=self.name)

    def succeed(self, app: Flask, state: DatabaseState) -> None:
        """Make this database the application's ``SQLAlchemy`` instance."""
        if state.embedded:
            app.config[address.URI_KEY] = EMBEDDED
        with using(state.settings), noting(state.readers):
            self._start(app)
        state.database = self._database
        hear(self._database)

    def abandon(self, app: Flask) -> None:
        """Close the engines of a set-up that failed."""
        for engine in self._database._app_engines.pop(app, {}).values():
            engine.dispose()

    def checks(self, app: Flask) -> Iterator[Finding]:
        """Yield what is unsafe or temporary about the database."""
        state = self.of(app)
        yield from inspection.check_settings(app.config)
        journal = None if state.reused else state.settings.sqlite_journal
        yield from inspection.check_engines(state.engines(app), journal)
        yield from inspection.check_capacity(state.engines(app), state.readers.capacity)
        if state.reused:
            yield inspection.REUSED

    def probe(self, app: Flask) -> None:
        """Ask each database for an answer, within ``DB_PROBE_TIMEOUT`` seconds.

        :raises TimeoutError: there was none.
        """
        state = self.of(app)
        state.probe.run(state.engines(app).values())

    def _add_tables(self, app: Flask, state: DatabaseState) -> None:
        """Put our tables beside the application's, for ``create_all`` and foreign keys."""
        history_table(state.database.metadata)
        default = state.engines(app).get(None)
        # A keep on SQLite has a file of its own.
        if default is not None and default.dialect.name != "sqlite":
            keep_table(state.database.metadata)

    def _reuse(self, present: Any) -> SQLAlchemy:
        if not self._reuses:
            # Flask-SQLAlchemy's own words.
            raise SetupError(
                "A 'SQLAlchemy' instance has already been registered on this Flask app."
                " Import and use that instance instead."
            )
        if not isinstance(present, SQLAlchemy):
            made = f"{type(present).__module__}.{type(present).__qualname__}"
            raise SetupError(
                f"The database of this application is a {made}, but 'db' is Flask-SQLAlchemy."
                " Remove one of the two."
            )
        return present


def _make_keep(app: Flask, state: DatabaseState) -> Keep:
    from .keep import make_keep  # not at start

    return make_keep(lambda: state.engines(app)[None], state.settings)
