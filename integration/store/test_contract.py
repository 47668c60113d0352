"""The stores of mapped classes keep the contract, on every database and in both ways to write."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, ClassVar

import pytest

from stack_testing.store import StoreContract

from .models import Plain, Validated, make_models
from .stand import SqlStand, open_database, sql_stand

NOT_POSTGRES = "Only PostgreSQL tells what it expects."


class SqlContract(StoreContract):
    """The contract of the stores of mapped classes on one database.

    The tables stay for all tests of a class; the rows go after each.
    """

    database: ClassVar[str]
    listens: ClassVar[Any] = Plain

    @pytest.fixture(scope="class")
    @classmethod
    def place(cls, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SqlStand]:
        """The stand with its tables."""
        folder = str(tmp_path_factory.mktemp("library"))
        with (
            open_database(cls.database) as address,
            sql_stand(address, folder, lambda db: make_models(db, cls.listens)) as stand,
        ):
            yield stand

    @pytest.fixture
    def stand(self, place: SqlStand) -> Iterator[SqlStand]:
        """The stand, emptied afterwards."""
        yield place
        place.empty()


class TestSqlite(SqlContract):
    """SQLite in a file."""

    database = "sqlite:///library.db"
    exempt = {"estimate": NOT_POSTGRES}


class TestSqliteWithObjects(TestSqlite):
    """SQLite in a file, where every write goes through the session."""

    listens = Validated


class TestSqliteInMemory(SqlContract):
    """SQLite in memory, which is one connection."""

    database = "sqlite://"
    exempt = {"estimate": NOT_POSTGRES}


@pytest.mark.services
class TestPostgres(SqlContract):
    """PostgreSQL."""

    database = "PostgreSQL"


@pytest.mark.services
class TestPostgresWithObjects(TestPostgres):
    """PostgreSQL, where every write goes through the session."""

    listens = Validated


@pytest.mark.services
class TestMariaDB(SqlContract):
    """MariaDB."""

    database = "MariaDB"
    exempt = {"estimate": NOT_POSTGRES}


@pytest.mark.services
class TestMariaDBWithObjects(TestMariaDB):
    """MariaDB, where every write goes through the session."""

    listens = Validated
