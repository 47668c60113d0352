"""The keep in a database, by the contract."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from databases import new_database, show
from services import DATABASES
from stack_db.keep import TableKeep
from stack_db.tables import keep_table
from stack_testing.crowd import Crowd
from stack_testing.keep import KeepContract

PROGRAM = """
import sqlalchemy as sa
from stack_db.keep import TableKeep
engine = sa.create_engine({!r})
keep = TableKeep(lambda: engine)
"""


def open_keep(url: str) -> Iterator[TableKeep]:
    """Open a keep, and close its connections."""
    engine = sa.create_engine(url)
    keep = TableKeep(lambda: engine)
    yield keep
    engine.dispose()


FRESH = """
def count(path):
    fresh = sa.create_engine(f"sqlite:///{path}.db")
    return TableKeep(lambda: fresh).increment("t:a", ttl=60).value
"""
WITHOUT_RETURNING = """
keep.get("contract:warm")
keep._engine.get().dialect.insert_returning = False
"""


class Portable:
    """Increments as they are sent to a database that cannot return what it has written."""

    @pytest.fixture(autouse=True)
    def without_returning(self, keep: TableKeep) -> None:
        exec(WITHOUT_RETURNING, {"keep": keep})


class TestFileKeep(KeepContract):
    """In a file beside a SQLite database."""

    @pytest.fixture
    def keep(self, file_url: str) -> Iterator[TableKeep]:
        yield from open_keep(file_url)

    @pytest.fixture
    def program(self, file_url: str) -> str:
        return PROGRAM.format(file_url)


@pytest.fixture(scope="module")
def file_url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The address of a SQLite database in a folder of its own."""
    return f"sqlite:///{tmp_path_factory.mktemp('keep')}/app.db"


class TestFileKeepPortable(Portable, TestFileKeep):
    """In the file, as an old SQLite does it."""

    @pytest.fixture
    def program(self, file_url: str) -> str:
        return PROGRAM.format(file_url) + WITHOUT_RETURNING


def test_processes_make_one_file(tmp_path: Path) -> None:
    """Eight that use a keep first at the same moment make its file together."""
    program = PROGRAM.format(f"sqlite:///{tmp_path}/app.db") + FRESH
    with closing(Crowd(program, 8)) as crowd:
        counts = crowd.ask(f"[count('{tmp_path}/' + str(n)) for n in range(20)]")
    assert [sorted(each) for each in zip(*counts, strict=True)] == [list(range(1, 9))] * 20


@pytest.fixture(scope="module", params=DATABASES)
def table_url(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database with the table on each server."""
    with new_database(request.param) as url:
        keep_table(sa.MetaData()).create(sa.create_engine(url, poolclass=sa.NullPool))
        yield show(url)


@pytest.mark.services
class TestServerKeep(KeepContract):
    """In a table on a server."""

    @pytest.fixture
    def keep(self, table_url: str) -> Iterator[TableKeep]:
        yield from open_keep(table_url)

    @pytest.fixture
    def program(self, table_url: str) -> str:
        return PROGRAM.format(table_url)


@pytest.mark.services
class TestServerKeepPortable(Portable, TestServerKeep):
    """In a table on a server that cannot return what it has written, such as MySQL."""

    @pytest.fixture
    def program(self, table_url: str) -> str:
        return PROGRAM.format(table_url) + WITHOUT_RETURNING
