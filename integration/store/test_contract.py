"""The stores of mapped classes keep the contract, on every database and in both ways to write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from sqlalchemy import event

from stack_core.problem import Invalid
from stack_core.query import EVERYTHING, Query
from stack_testing.store import StoreContract

from .models import REFUSED, Plain, Validated, make_models
from .stand import SqlStand, open_database, sql_stand

ONE = "All threads have one connection, and with it one transaction."
NOT_POSTGRES = "Only PostgreSQL tells what it expects."


class SqlContract(StoreContract):
    """The contract of the stores of mapped classes on one database.

    The tables stay for all tests of a class; the rows go after each.
    """

    database: ClassVar[str]
    listens: ClassVar[Any] = Plain
    indexed: ClassVar[bool] = False

    @pytest.fixture(scope="class")
    @classmethod
    def place(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStand]:
        """The stand with its tables."""
        folder = str(tmp_path_factory.mktemp("library"))
        with (
            open_database(cls.database) as address,
            sql_stand(address, folder, lambda db: make_models(db, cls.listens)) as stand,
        ):
            if cls.indexed:
                stand.index()
            yield stand

    @pytest.fixture
    def stand(self, place: SqlStand) -> Iterator[SqlStand]:
        """The stand, emptied afterwards."""
        yield place
        place.empty()


class Heard:
    """What a test of the way through the session has to show: that it is taken."""

    @pytest.mark.parametrize("kind", ["book", "author", "note"])
    def test_validator_is_heard(self, stores: SqlStand, kind: str) -> None:
        """S47: the model's own code has its say in what a store writes."""
        name = stores[kind].description.title
        for write in (
            lambda: stores[kind].update(1, {name: REFUSED}, EVERYTHING),
            lambda: stores[kind].create({name: REFUSED, "author": 1}, EVERYTHING),
        ):
            with pytest.raises((ValueError, Invalid)):
                write()
        heard: list[Any] = []
        event.listen(stores.models["book"], "before_update", lambda *rest: heard.append(rest[2]))
        stores["book"].update(1, {"pages": 12345}, EVERYTHING)
        assert [book.pages for book in heard] == [12345]


class Indexed(SqlContract):
    """What holds where searches have an index."""

    indexed = True

    @pytest.mark.parametrize("text", ["parrot", "zebra subtitle"])
    def test_search_uses_the_index(self, stores: SqlStand, text: str) -> None:
        """A search says that it was done by the index."""
        page = stores["book"].page(Query(fields=(), search=text), EVERYTHING)
        assert page.searched == "index"


class TestSqlite(SqlContract):
    """SQLite in a file."""

    database = "sqlite:///library.db"
    exempt = {"estimate": NOT_POSTGRES}


class TestSqliteWithObjects(Heard, TestSqlite):
    """SQLite in a file, where every write goes through the session."""

    listens = Validated


@pytest.mark.slow
class TestSqliteInMemory(SqlContract):
    """SQLite in memory, which is one connection."""

    database = "sqlite://"
    exempt = {
        "estimate": NOT_POSTGRES,
        "test_others_see_what_is_committed": ONE,
        "test_threads_write_at_once": ONE,
    }


@pytest.mark.services
class TestPostgres(SqlContract):
    """PostgreSQL."""

    database = "PostgreSQL"


@pytest.mark.services
@pytest.mark.slow
class TestPostgresWithObjects(Heard, TestPostgres):
    """PostgreSQL, where every write goes through the session."""

    listens = Validated


@pytest.mark.services
class TestMariaDB(SqlContract):
    """MariaDB."""

    database = "MariaDB"
    exempt = {"estimate": NOT_POSTGRES}


@pytest.mark.services
@pytest.mark.slow
class TestMariaDBWithObjects(Heard, TestMariaDB):
    """MariaDB, where every write goes through the session."""

    listens = Validated


@pytest.mark.slow
class TestSqliteWithIndex(Indexed, TestSqlite):
    """SQLite in a file, where searches have an index."""


@pytest.mark.services
@pytest.mark.slow
class TestPostgresWithIndex(Indexed, TestPostgres):
    """PostgreSQL, where searches have an index."""


@pytest.mark.services
@pytest.mark.slow
class TestMariaDBWithIndex(Indexed, TestMariaDB):
    """MariaDB, where searches have an index."""
