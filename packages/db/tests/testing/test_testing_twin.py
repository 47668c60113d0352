"""The tests' databases on a server are made, guarded and dropped."""

from __future__ import annotations

from contextlib import closing, suppress
from time import sleep

import pytest
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.pool import NullPool

from stack_db.testing import TwinError
from stack_db.testing.redirection import Twins
from stack_db.testing.twin import Twin, make_twin

from ..conftest import SERVERS


@pytest.fixture(autouse=True)
def alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No worker of pytest-xdist, which would be part of every name."""
    monkeypatch.delenv("PYTEST_XDIST_WORKER", raising=False)


@pytest.fixture(params=SERVERS)
def url(request: pytest.FixtureRequest, server_url) -> URL:
    """The address of an application's database; nothing is there."""
    return server_url(request.param, "twins")


def connect(twin: Twin, url: URL):
    """Connect to a twin as an engine of the application does."""
    dialect = create_engine(url).dialect
    return closing(twin.connect(dialect, dialect.create_connect_args(url)[1]))


def connect_soon(twin: Twin, url: URL):
    """Connect when the server has noticed that whoever used the twin has gone."""
    for _ in range(100):
        with suppress(TwinError):
            return connect(twin, url)
        sleep(0.1)
    return connect(twin, url)


def run(url: URL, statement: str):
    """Send a statement to the server's own database."""
    home = {"postgresql": "postgres", "mysql": None, "mariadb": None}[url.get_backend_name()]
    there = URL.create(url.drivername, url.username, url.password, url.host, url.port, home)
    engine = create_engine(there, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        result = connection.execute(text(statement))
        return result.scalar() if result.returns_rows else None


def exists(url: URL, name: str) -> bool:
    """Tell whether a database is on the server."""
    backend = url.get_backend_name()
    table, column = (
        ("pg_database", "datname")
        if backend == "postgresql"
        else ("information_schema.schemata", "schema_name")
    )
    return bool(run(url, f"SELECT count(*) FROM {table} WHERE {column} = '{name}'"))


def test_twin_is_named_made_and_dropped(url: URL) -> None:
    """It is ``test_<name>`` on the same server, from the first connection to the end."""
    twin = make_twin(url)
    assert twin.url == url.set(database=f"test_{url.database}")
    assert not exists(url, twin.url.database)
    with connect(twin, url):
        assert exists(url, twin.url.database)
    twin.close()
    assert not exists(url, twin.url.database)


def test_twin_of_a_worker_is_its_own(url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each worker of pytest-xdist has a database, and a long name is shortened before that."""
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw11")
    twin = make_twin(url.set(database="x" * 80))
    assert twin.url.database == "test_" + "x" * 53 + "_gw11"
    assert len(twin.url.database) == 63


def test_twin_that_was_left_is_replaced(url: URL) -> None:
    """What an interrupted run has left is dropped without a question."""
    left = make_twin(url)
    with connect(left, url) as connection:
        connection.cursor().execute("CREATE TABLE left_over (id INTEGER)")
        connection.commit()
    left._server.close()
    twin = make_twin(url)
    with connect_soon(twin, url) as connection, pytest.raises(Exception, match="left_over"):
        connection.cursor().execute("SELECT * FROM left_over")
    twin.close()


def test_database_of_somebody_is_not_touched(url: URL) -> None:
    """A database that only has such a name is refused, in the same words each time."""
    twin = make_twin(url)
    name = twin.url.database
    run(url, f"CREATE DATABASE {name}")
    try:
        for _ in range(2):
            with pytest.raises(TwinError, match=f"'{name}' exists and was not made by"):
                connect(twin, url)
        twin.close()
        assert exists(url, name)
    finally:
        run(url, f"DROP DATABASE {name}")


def test_two_runs_do_not_share_a_twin(url: URL) -> None:
    """While one run uses it, another is refused; afterwards it may."""
    first, second, third = (make_twin(url) for _ in range(3))
    with connect(first, url), pytest.raises(TwinError, match="Another run of tests uses"):
        connect(second, url)
    second.close()
    first.close()
    with connect(third, url):
        pass
    third.close()


@pytest.mark.services
def test_twin_that_cannot_be_dropped_is_said(
    server_url, capsys: pytest.CaptureFixture[str]
) -> None:
    """What is left at the end, because something is connected still, is one line of output."""
    url = server_url("PostgreSQL", "twins")
    twins = Twins()
    with connect(twins.of(url), url):
        twins.close()
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"test_{url.database}' cannot be made or dropped: database" in said.replace("',", "'")
    run(url, f"DROP DATABASE test_{url.database}")


@pytest.mark.parametrize("scheme", ["postgresql+psycopg", "mariadb+pymysql"])
def test_server_that_is_away_is_one_sentence(scheme: str) -> None:
    """Without a server the error names the address, without the password, and what to do."""
    url = make_url(f"{scheme}://me:secret@127.0.0.1:1/shop")
    twin = make_twin(url)
    with pytest.raises(TwinError) as error:
        connect(twin, url)
    message = str(error.value)
    assert f"{scheme}://me:***@127.0.0.1:1/test_shop" in message
    assert message.endswith("Start the server, and give its user the right to create databases.")
    assert "\n" not in message


def test_unknown_kind_is_one_sentence() -> None:
    """A database that nobody here can make is named."""
    with pytest.raises(TwinError, match="of the kind 'oracle' cannot be made for tests"):
        make_twin(make_url("oracle://host/shop"))
