"""Reads that are made ready answer as SQLAlchemy's own execution of them does."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from stack_core.filter import Is
from stack_core.query import EVERYTHING, Query
from stack_db import Database
from stack_db.store.ready import ReadyRead, ReadyReads, make_ready

FIELDS = (
    "title", "blurb", "price", "weight", "pages", "colour", "published", "sold_at", "author",
    "shout", "double",
)  # fmt: skip
QUERY = Query(
    fields=FIELDS, where=Is("title", "contains", "a"), order=("-title",), limit=1, total="exact"
)


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[ReadyRead]:
    """Collect what was fetched by reads that are ready."""
    seen: list[ReadyRead] = []
    fetch = ReadyRead.fetch

    def note(self: ReadyRead, *given: Any) -> Any:
        seen.append(self)
        return fetch(self, *given)

    monkeypatch.setattr(ReadyRead, "fetch", note)
    return seen


@pytest.fixture
def stored(library: Any) -> Any:
    """A library with a book that has a value of each type, and one that has none."""
    full = library.Book(
        title="aß",
        blurb="100 %s %(a)s :b ?",
        price=Decimal("12.50"),
        weight=0.1,
        pages=300,
        colour=library.Colour.BLUE,
        published=dt.date(1969, 3, 1),
        sold_at=dt.datetime(2026, 1, 2, 3, 4, 5, 678901, dt.UTC),
        author=library.Author(name="İ"),
    )
    library.add(full, library.Book(title="a"))
    return library


def test_same_rows_of_same_types(stored: Any, made: list[ReadyRead]) -> None:
    """A page, its total and a row are the same when they are asked again, type by type."""
    store = stored.store("Book")

    def ask() -> tuple[Any, ...]:
        page = store.page(QUERY, EVERYTHING)
        rows = [*page.rows, *(store.row(key, FIELDS, EVERYTHING) for key in (1, 2))]
        return rows, page.keys, page.total, [[type(value) for value in row] for row in rows]

    first = ask()
    assert ask() == ask() == first
    assert len(set(made)) == 3, "the page, its total and the row"


def test_no_rows_are_a_list(stored: Any) -> None:
    """A page without rows is one, whatever the driver answers."""
    query = Query(fields=("title",), where=Is("title", "eq", "none"))
    store = stored.store("Book")
    assert [store.page(query, EVERYTHING).rows for _ in range(3)] == [[], [], []]


def test_lists_go_to_sqlalchemy(stored: Any, made: list[ReadyRead]) -> None:
    """A list of values, whose length is not known beforehand, is not made ready."""
    store = stored.store("Book")
    for keys in ((1,), (1, 2), (1, 2, 3)):
        query = Query(fields=("title",), where=Is("", "in", keys))
        assert len(store.page(query, EVERYTHING).rows) == min(len(keys), 2)
    assert not made


def test_listeners_hear_of_each(
    stored: Any, made: list[ReadyRead], count_statements: Callable[[Any], Any]
) -> None:
    """Whoever listens hears of every statement, also of those that were ready before."""
    store = stored.store("Book")
    for _ in range(2):
        store.row(1, FIELDS, EVERYTHING)
    ready = len(made)
    assert ready == 1
    with count_statements(stored) as sent:
        for _ in range(3):
            store.row(1, FIELDS, EVERYTHING)
    assert len(sent) == 3
    assert len(made) == ready


@pytest.mark.parametrize("whole", [True, False], ids=["all engines", "this engine"])
def test_listener_that_has_gone_is_forgotten(
    stored: Any, made: list[ReadyRead], whole: bool
) -> None:
    """While somebody listens SQLAlchemy executes; once nobody does any more, it does not."""
    store, heard = stored.store("Book"), []
    with stored.app.app_context():
        target = sa.Engine if whole else stored.db.engine

    def listen(*given: Any) -> None:
        heard.append(given[2])

    sa.event.listen(target, "before_cursor_execute", listen)
    try:
        for _ in range(3):
            store.row(1, FIELDS, EVERYTHING)
    finally:
        sa.event.remove(target, "before_cursor_execute", listen)
    assert len(heard) == 3
    assert not made
    for _ in range(3):
        store.row(1, FIELDS, EVERYTHING)
    assert len(heard) == 3
    assert made


def test_logged_statements_are_logged(
    stored: Any, made: list[ReadyRead], caplog: pytest.LogCaptureFixture
) -> None:
    """Where SQLAlchemy logs its statements, all of them are in the log."""
    store = stored.store("Book")
    with caplog.at_level(logging.INFO, logger="sqlalchemy.engine"):
        Database.of(stored.app).readers.find(None).dispose()
        for _ in range(3):
            store.row(1, FIELDS, EVERYTHING)
    assert caplog.text.count("FROM book") + caplog.text.count("FROM `book`") >= 3
    assert not made


def test_errors_are_sqlalchemys(stored: Any, made: list[ReadyRead]) -> None:
    """What a database refuses is raised and told of as any error, without the values."""
    store = stored.store("Book")
    for _ in range(2):
        store.row(1, FIELDS, EVERYTHING)
    stored.drop_search_index()
    with stored.app.app_context():
        stored.db.session.execute(sa.text("ALTER TABLE book RENAME TO gone"))
        stored.db.session.commit()
    with pytest.raises(sa.exc.DBAPIError) as caught:
        store.row(1, FIELDS, EVERYTHING)
    assert made
    assert caught.value.statement.startswith("SELECT")
    assert caught.value.orig is not None


def test_values_that_no_driver_takes(stored: Any) -> None:
    """A value that cannot be sent is an error of SQLAlchemy's, as it is the first time."""
    if stored.database == "mysql":
        return  # its driver sends the text of anything
    store = stored.store("Book")
    for _ in range(3):
        with pytest.raises(sa.exc.SQLAlchemyError):
            store.row(object(), FIELDS, EVERYTHING)


def test_number_that_a_driver_cannot_send(two_schemas: sa.Engine) -> None:
    """What is no error of the database's stays what it is, the third time too."""
    reads, thing = ReadyReads(), sa.table("thing", sa.column("name", sa.Integer))
    wanted = sa.select(thing.c.name).where(thing.c.name == sa.bindparam("name"))
    for _ in range(3):
        with two_schemas.connect() as connection, pytest.raises(OverflowError):
            reads.fetch(connection, wanted, {"name": 2**70})


def test_unknown_driver_is_left_alone(stored: Any) -> None:
    """Only what was tried is made ready: no other driver's statements, and no other kind."""
    with stored.app.app_context():
        dialect = stored.db.engine.dialect
    select = sa.select(stored.Book.title)
    assert make_ready(select, dialect) is not None
    assert make_ready(sa.text("SELECT 1"), dialect) is None
    other = type(dialect)()
    other.driver = "another"
    assert make_ready(select, other) is None
    watching = type("Watching", (type(dialect),), {"do_execute": lambda *given: None})()
    watching.paramstyle = dialect.paramstyle
    assert make_ready(select, watching) is None


@pytest.fixture
def two_schemas(tmp_path: Path) -> Iterator[sa.Engine]:
    """An engine with a table in two schemas, which has another row in each."""
    engine = sa.create_engine(f"sqlite:///{tmp_path}/one.sqlite", isolation_level="AUTOCOMMIT")

    @sa.event.listens_for(engine.pool, "connect")
    def attach(connection: Any, record: Any) -> None:
        connection.execute(f"ATTACH '{tmp_path}/two.sqlite' AS two")

    with engine.connect() as connection:
        for schema in ("main", "two"):
            connection.exec_driver_sql(f"CREATE TABLE {schema}.thing (name TEXT)")
            connection.exec_driver_sql(f"INSERT INTO {schema}.thing VALUES ('{schema}')")
    yield engine
    engine.dispose()


NAMES = sa.select(sa.table("thing", sa.column("name", sa.String)).c.name)


def test_schemas_are_translated(two_schemas: sa.Engine) -> None:
    """Who has a schema of their own reads there, however often."""
    table = sa.Table("thing", sa.MetaData(), sa.Column("name", sa.String))
    names, reads = sa.select(table.c.name), ReadyReads()
    own = two_schemas.execution_options(schema_translate_map={None: "two"})
    for _ in range(3):
        with own.connect() as connection:
            assert reads.fetch(connection, names, {}) == [("two",)]
        with two_schemas.connect() as connection:
            assert reads.fetch(connection, names, {}) == [("main",)]


def test_who_stands_in_for_the_driver_is_asked(two_schemas: sa.Engine) -> None:
    """A listener that executes in the driver's place does so for every statement."""
    reads, heard = ReadyReads(), []
    with two_schemas.connect() as connection:
        for _ in range(3):
            reads.fetch(connection, NAMES, {})
    sa.event.listen(two_schemas, "do_execute", lambda *given: heard.append(given[1]))
    with two_schemas.connect() as connection:
        reads.fetch(connection, NAMES, {})
    assert len(heard) == 1


class Picky(sa.TypeDecorator[str]):
    """A type that refuses what it finds."""

    impl = sa.String
    cache_ok = True

    def process_result_value(self, value: Any, dialect: Any) -> str:
        raise LookupError(value)


def test_error_of_a_type_is_its_own(two_schemas: sa.Engine) -> None:
    """What a type raises of a value that it finds is raised as it is, the third time too."""
    reads = ReadyReads()
    names = sa.select(sa.table("thing", sa.column("name", Picky)).c.name)
    for _ in range(3):
        with two_schemas.connect() as connection, pytest.raises(LookupError, match="main"):
            reads.fetch(connection, names, {})


class Interrupted:
    """A cursor whose execution is interrupted."""

    def execute(self, *given: Any) -> None:
        raise KeyboardInterrupt

    def close(self) -> None: ...


def test_interrupted_connection_is_not_used_again(
    two_schemas: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half of an answer may be left on a connection that was interrupted: the pool drops it."""
    read = make_ready(NAMES, two_schemas.dialect)
    assert read is not None
    with two_schemas.connect() as connection:
        with monkeypatch.context() as patch:
            patch.setattr(type(connection.connection), "cursor", lambda self: Interrupted())
            with pytest.raises(KeyboardInterrupt):
                read.fetch(connection, {})
        assert connection.invalidated
