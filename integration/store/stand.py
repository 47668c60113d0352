"""Where the stores of mapped classes stand while the contract is tried on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event
from sqlalchemy.engine import Engine

from databases import new_database, show
from stack_core.store import Store, store_for
from stack_db import Database
from stack_db.searching.index import find_indexes
from stack_db.searching.operation import make_index
from stack_db.tables import history_table
from stack_testing.store import ROWS, StoreStand

FIRST_KEY = 1000
"""Where keys that a database makes begin, above those of the contract's rows."""


class Found:
    """Finds the stores of an application as everybody does."""

    def __init__(self, app: Flask) -> None:
        self.app = app

    def find_store(self, thing: object) -> Store | None:
        """Return a store, or None where nobody keeps the thing."""
        try:
            return store_for(self.app, thing)
        except LookupError:
            return None


class SqlStand(StoreStand):
    """Stores of mapped classes on a database; rows are put in and taken away by statements."""

    def __init__(self, app: Flask, db: Database, models: Mapping[str, Any]) -> None:
        super().__init__(app, Found(app))
        self.db = db
        self.models = models

    def create(self) -> None:
        """Create the tables, and let the keys that a database makes begin high."""
        history_table(self.db.metadata)
        with self.app.app_context():
            self.db.create_all()
            with self.db.engine.begin() as connection:
                for table in self.db.metadata.sorted_tables:
                    if list(table.primary_key.columns.keys()) == ["id"]:
                        self._begin_keys(connection, table)

    def index(self) -> None:
        """Make the indexes of searches, as a migration does."""
        with self.app.app_context(), self.db.engine.begin() as connection:
            for index in find_indexes(self.db.metadata):
                make_index(connection, index)

    def fill(self, rows: Mapping[str, Sequence[Mapping[str, Any]]] = ROWS) -> None:
        """Insert the rows, and nothing through a store."""
        with self.db.engine.begin() as connection:
            for kind, each in rows.items():
                table = self.models[kind].__table__
                values = [self._spread(kind, row) for row in each]
                names = {name for row in values for name in row}
                if kind == "book":
                    names.add("version")
                filled = [{name: row.get(name) for name in names} for row in values]
                for row in filled:
                    if kind == "book":
                        row["version"] = 1
                connection.execute(sa.insert(table), filled)

    def empty(self) -> None:
        """Delete all rows."""
        with self.app.app_context(), self.db.engine.begin() as connection:
            for table in reversed(self.db.metadata.sorted_tables):
                for column in table.columns:
                    if any(key.column.table is table for key in column.foreign_keys):
                        connection.execute(sa.update(table).values({column: None}))
                connection.execute(sa.delete(table))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        """Note the statements that are sent."""
        sent: list[str] = []

        def note(connection: Any, cursor: Any, statement: str, *rest: Any) -> None:
            sent.append(statement)

        event.listen(Engine, "before_cursor_execute", note)
        try:
            yield sent
        finally:
            event.remove(Engine, "before_cursor_execute", note)

    def pend(self, kind: str, values: Mapping[str, Any]) -> Any:
        """Add a new object to the session."""
        made = self.models[kind](**self._spread(kind, values))
        self.db.session.add(made)
        return made

    def commit(self) -> None:
        """Commit the session."""
        self.db.session.commit()

    def rollback(self) -> None:
        """Roll the session back."""
        self.db.session.rollback()

    def dispose(self) -> None:
        """Close every connection."""
        with self.app.app_context():
            for engine in self.db.engines.values():
                engine.dispose()

    def _spread(self, kind: str, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a row by its columns, relations by those of their foreign keys."""
        fields = self[kind].description.by_name
        values: dict[str, Any] = {}
        for name, value in row.items():
            local = fields[name].local if name in fields else (name,)
            if len(local) == 1:
                values[local[0]] = value
            else:
                values.update(zip(local, value or (None,) * len(local), strict=True))
        return values

    def _begin_keys(self, connection: sa.Connection, table: sa.Table) -> None:
        name = connection.dialect.name
        if name == "postgresql":
            sequence = sa.func.pg_get_serial_sequence(table.name, "id")
            connection.execute(sa.select(sa.func.setval(sequence, FIRST_KEY)))
        elif name in ("mysql", "mariadb"):
            connection.execute(sa.text(f"ALTER TABLE `{table.name}` AUTO_INCREMENT = {FIRST_KEY}"))


@contextmanager
def open_database(name: str) -> Iterator[str]:
    """Yield the address of a database that nobody else uses."""
    if name.startswith("sqlite"):
        yield name
        return
    with new_database(name) as url:
        yield show(url)


@contextmanager
def sql_stand(
    address: str, folder: str, make: Callable[[Database], Mapping[str, Any]], **config: Any
) -> Iterator[SqlStand]:
    """Yield a stand on a database, with tables and no rows."""
    app = Flask("library", instance_path=folder)
    app.config.from_mapping(
        SECRET_KEY="a-key-that-is-good-enough-1234567890",
        SQLALCHEMY_DATABASE_URI=address,
        **config,
    )
    db = Database(app)
    stand = SqlStand(app, db, make(db))
    stand.create()
    try:
        yield stand
    finally:
        stand.dispose()
