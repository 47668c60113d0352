"""Servers of the tests' own, and the application in front of them under gunicorn."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest
from sqlalchemy import NullPool, create_engine, text

from servers import HOST, MariaDB, Postgres, Server, find_port

HERE = Path(__file__).parent
TABLE = "CREATE TABLE written (client INTEGER NOT NULL, number INTEGER NOT NULL)"
Serve = Callable[..., AbstractContextManager[int]]
KINDS = {"PostgreSQL": Postgres, "MariaDB": MariaDB}


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    """A server that these tests alone use, with an empty table."""
    with KINDS[request.param]() as running:
        execute(running, TABLE)
        yield running


def execute(server: Server, statement: str) -> list[tuple[object, ...]]:
    """Run a statement on a connection of its own, and return its rows."""
    engine = create_engine(server.url, poolclass=NullPool)
    with engine.begin() as connection:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []


def ask(port: int, path: str, method: str = "GET", timeout: float = 30) -> tuple[int, float]:
    """Return the status of an answer and how long it took; 0 is no answer."""
    began = time.monotonic()
    connection = HTTPConnection(HOST, port, timeout=timeout)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        answer.read()
        return answer.status, time.monotonic() - began
    except (OSError, HTTPException):
        return 0, time.monotonic() - began
    finally:
        connection.close()


@pytest.fixture
def serve(tmp_path: Path) -> Serve:
    """Run the application under gunicorn and return its port."""

    @contextmanager
    def run(url: str, *, workers: int = 2, threads: int = 4, **settings: object) -> Iterator[int]:
        port = find_port()
        words = ["-m", "gunicorn", "--workers", str(workers), "--threads", str(threads)]
        words += ["--worker-class", "gthread", "--bind", f"{HOST}:{port}", "rows:app"]
        words += ["--graceful-timeout", "1", "--no-control-socket"]
        variables = {f"FLASK_{name}": str(value) for name, value in settings.items()}
        log = (tmp_path / "gunicorn.log").open("wb")
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=HERE,
            env={**os.environ, **variables, "ROWS_DATABASE": url},
            stdout=log,
            stderr=log,
        )
        try:
            wait_for(port)
            yield port
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            log.close()

    return run


def wait_for(port: int) -> None:
    """Wait until a worker answers; the port is open before there is one."""
    for _ in range(400):
        if ask(port, "/healthz", timeout=20)[0] == 200:
            return
        time.sleep(0.05)
    raise AssertionError("gunicorn has not started.")
