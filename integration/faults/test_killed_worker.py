"""A worker that is killed in mid-transaction leaves no row."""

from __future__ import annotations

import os
import signal
import threading
import time
from http.client import HTTPConnection
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from servers import HOST, Server

from .conftest import TABLE, Serve, ask, execute

pytestmark = [pytest.mark.services, pytest.mark.slow]


def find_worker(port: int) -> int:
    """Return the process that answers at a port."""
    connection = HTTPConnection(HOST, port)
    connection.request("GET", "/process")
    number = int(connection.getresponse().read())
    connection.close()
    return number


def kill_in_transaction(port: int) -> None:
    """Kill the worker while a view holds a row that is not committed, and write another."""
    worker = find_worker(port)
    held = threading.Thread(target=ask, args=(port, "/held", "POST"))
    held.start()
    time.sleep(1)
    os.kill(worker, signal.SIGKILL)
    held.join()
    end = time.monotonic() + 10
    while ask(port, "/rows/1/1", "POST")[0] != 201:
        assert time.monotonic() < end
        time.sleep(0.1)


def test_killed_worker_leaves_no_row(server: Server, serve: Serve) -> None:
    """What was not committed is not there, and the next worker goes on."""
    execute(server, "DELETE FROM written")
    with serve(server.url, workers=1) as port:
        kill_in_transaction(port)
    assert execute(server, "SELECT client, number FROM written") == [(1, 1)]


def test_killed_worker_leaves_no_row_in_a_file(serve: Serve, tmp_path: Path) -> None:
    """The same with SQLite, whose lock ends with the process."""
    engine = create_engine(f"sqlite:///{tmp_path}/rows.db")
    with engine.begin() as connection:
        connection.execute(text(TABLE))
    with serve(engine.url.render_as_string(), workers=1) as port:
        kill_in_transaction(port)
    with engine.connect() as connection:
        kept = connection.execute(text("SELECT client, number FROM written")).all()
        assert kept == [(1, 1)]
        assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    engine.dispose()
