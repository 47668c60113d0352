"""A statement of a request has its time; so has a network. Commands have all of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.engine import URL

from proxy import Proxy
from stack_db import Database, time_limit, timeouts

pytestmark = pytest.mark.services

Start = Callable[..., tuple[Flask, Database]]
SLEEP = {"postgresql": "SELECT pg_sleep(:seconds)", "mariadb": "SELECT SLEEP(:seconds)"}
READ = {
    "postgresql": "SELECT setting FROM pg_settings WHERE name = 'statement_timeout'",
    "mariadb": "SELECT @@max_statement_time * 1000",
}


class Sleeper:
    """An application that asks its server to sleep."""

    def __init__(self, start: Start, server: URL, **config: Any) -> None:
        self.server = server
        self.app, self.db = start(
            SQLALCHEMY_DATABASE_URI=server.render_as_string(hide_password=False), **config
        )
        self.app.add_url_rule("/sleep/<float:seconds>", view_func=self.sleep)
        self.app.add_url_rule("/limit", view_func=self.limit)
        self.client = self.app.test_client()

    def sleep(self, seconds: float) -> str:
        statement = sa.text(SLEEP[self.server.get_backend_name()])
        self.db.session.execute(statement, {"seconds": seconds})
        return "slept"

    def limit(self) -> str:
        """Return the limit that the server has for this connection, in seconds."""
        statement = sa.text(READ[self.server.get_backend_name()])
        return f"{float(self.db.session.execute(statement).scalar_one()) / 1000:g}"


@pytest.fixture
def make(start: Start, server: URL) -> Callable[..., Sleeper]:
    return lambda **config: Sleeper(start, server, **config)


def test_slow_statement_is_503(make: Callable[..., Sleeper]) -> None:
    """The server ends it, the client is told when to come again, the connection lives on."""
    sleeper = make(DB_STATEMENT_TIMEOUT=0.5)
    began = time.monotonic()
    answer = sleeper.client.get("/sleep/5.0")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "2")
    assert "took too long" in answer.text
    assert time.monotonic() - began < 2
    assert sleeper.client.get("/sleep/0.1").text == "slept"


def test_default_is_below_that_of_gunicorn(make: Callable[..., Sleeper]) -> None:
    """Twenty seconds: a worker is not killed before its statement is."""
    assert make().client.get("/limit").text == "20"


def test_nothing_is_set_where_it_is_off(make: Callable[..., Sleeper]) -> None:
    """With 0 the server's own limit holds."""
    assert make(DB_STATEMENT_TIMEOUT=0).client.get("/limit").text == "0"


def test_command_has_no_limit(make: Callable[..., Sleeper]) -> None:
    """Outside of a request a statement takes as long as it takes, on the same connection too."""
    sleeper = make(DB_STATEMENT_TIMEOUT=0.5, DB_POOL_SIZE=1, DB_POOL_OVERFLOW=0)
    for _ in range(2):
        assert sleeper.client.get("/limit").text == "0.5"
        with sleeper.app.app_context():
            assert sleeper.limit() == "0"
            assert sleeper.sleep(0.7) == "slept"


def test_limit_survives_a_rollback(make: Callable[..., Sleeper]) -> None:
    """It belongs to the connection and not to its first transaction."""
    sleeper = make(DB_STATEMENT_TIMEOUT=3, DB_POOL_SIZE=1, DB_POOL_OVERFLOW=0)

    def roll_back() -> str:
        sleeper.limit()
        sleeper.db.session.rollback()
        return sleeper.limit()

    sleeper.app.add_url_rule("/rollback", view_func=roll_back)
    assert [sleeper.client.get("/rollback").text for _ in range(2)] == ["3", "3"]


def test_connection_is_told_once(
    make: Callable[..., Sleeper], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Requests that use it one after another send nothing more."""
    told = []
    original = timeouts._tell
    monkeypatch.setattr(timeouts, "_tell", lambda *words: (told.append(words), original(*words)))
    sleeper = make(DB_POOL_SIZE=1, DB_POOL_OVERFLOW=0)
    assert [sleeper.client.get("/limit").text for _ in range(4)] == ["20"] * 4
    assert len(told) == 1


@pytest.mark.parametrize(("chosen", "expected"), [(7, "7"), (None, "0")])
def test_part_of_a_program_chooses(
    make: Callable[..., Sleeper], chosen: float | None, expected: str
) -> None:
    """A report may take longer than a page."""
    sleeper = make()

    @sleeper.app.get("/report")
    def report() -> str:
        with time_limit(chosen):
            return sleeper.limit()

    assert sleeper.client.get("/report").text == expected
    assert sleeper.client.get("/limit").text == "20"


@pytest.mark.parametrize("wrong", [0, -1, float("nan")])
def test_impossible_limit_is_refused(wrong: float) -> None:
    """No time at all is a mistake."""
    with pytest.raises(ValueError, match=r"is no time limit\. Give"), time_limit(wrong):
        pass


def test_autocommit_engine_has_it_too(make: Callable[..., Sleeper]) -> None:
    """An engine that commits by itself is told in the same way."""
    sleeper = make(SQLALCHEMY_ENGINE_OPTIONS={"isolation_level": "AUTOCOMMIT"})
    assert sleeper.client.get("/limit").text == "20"


@pytest.mark.slow
def test_sixteenth_request_is_refused_quickly(make: Callable[..., Sleeper]) -> None:
    """Fifteen slow statements use up the pool; who comes then is told so and does not wait."""
    sleeper = make()

    def ask(path: str) -> tuple[int, float, str | None]:
        began = time.monotonic()
        answer = sleeper.app.test_client().get(path)
        after = answer.headers.get("Retry-After")
        return answer.status_code, time.monotonic() - began, after

    with ThreadPoolExecutor(16) as pool:
        slow = [pool.submit(ask, "/sleep/5.0") for _ in range(15)]
        time.sleep(1)
        status, took, after = pool.submit(ask, "/sleep/0.0").result()
        assert {each.result()[0] for each in slow} == {200}
    assert (status, after) == (503, "2")
    assert took < 3.5


@pytest.mark.slow
@pytest.mark.parametrize("server", ["MariaDB"], indirect=True)
def test_silent_mariadb_is_given_up(start: Start, server: URL) -> None:
    """PyMySQL waits for an answer a little longer than the server may work on it."""
    with Proxy(str(server.host), server.port or 3306) as proxy:
        url = server.set(port=proxy.port, host="127.0.0.1")
        sleeper = Sleeper(start, url, DB_STATEMENT_TIMEOUT=0.5, DB_POOL_SIZE=1)
        assert sleeper.client.get("/limit").text == "0.5"
        proxy.silence()
        began = time.monotonic()
        assert sleeper.client.get("/limit").status_code == 503
        assert 5 < time.monotonic() - began < 8


def test_silent_greeting_is_given_up(start: Start, server: URL) -> None:
    """A server that accepts and says nothing costs DB_CONNECT_TIMEOUT, in a command too."""
    with Proxy(str(server.host), server.port or 0) as proxy:
        proxy.silence()
        url = server.set(port=proxy.port, host="127.0.0.1")
        sleeper = Sleeper(start, url, DB_CONNECT_TIMEOUT=2)
        began = time.monotonic()
        with sleeper.app.app_context(), pytest.raises(sa.exc.OperationalError):
            sleeper.limit()
        assert time.monotonic() - began < 4
        with sleeper.app.app_context():
            sleeper.db.engine.dispose()
