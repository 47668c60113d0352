"""What ``stack new --with postgres,mariadb`` makes, on both database servers."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, make_url, text

from services import DATABASES, find_url

Generate = Callable[..., Path]
Run = Callable[..., subprocess.CompletedProcess[str]]

pytestmark = [pytest.mark.slow, pytest.mark.services]


@pytest.fixture(params=DATABASES)
def address(request: pytest.FixtureRequest) -> Iterator[str]:
    """The address of a database of this test's own on each server."""
    server = make_url(find_url(request.param))
    name = f"scaffold_{os.getpid()}"
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        yield server.set(database=name).render_as_string(hide_password=False)
        with engine.connect() as connection:
            connection.execute(text(f"DROP DATABASE {name}"))
    finally:
        engine.dispose()


def test_server_takes_the_place_of_sqlite(generate: Generate, run: Run, address: str) -> None:
    """One variable moves the application: its revisions, its models and its tests hold there."""
    shop = generate("shop", "--with", "postgres,mariadb")
    for words in (["flask", "db", "upgrade"], ["flask", "db", "check"], ["pytest", "-q"]):
        done = run(shop, *words, FLASK_SQLALCHEMY_DATABASE_URI=address)
        assert done.returncode == 0, done.stdout + done.stderr
    assert [path.name for path in (shop / "instance").iterdir()] == ["secret_key"]
