"""Limits and keys hold where four workers of gunicorn answer on one port."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import pytest

from servers import HOST, find_port

from .conftest import bearer
from .notebook import db, fill, make_app

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
SETTINGS = {"SQLALCHEMY_DATABASE_URI": "sqlite:///app.db", "REST_RATE": "20/hour"}
JSON = {"Content-Type": "application/json"}


def ask(port: int, method: str, path: str, headers: dict[str, str], body: str = "") -> int:
    """Return the status of an answer, over a connection of its own; 0 is no answer."""
    connection = HTTPConnection(HOST, port, timeout=30)
    with suppress(OSError, HTTPException):
        connection.request(method, path, body or None, headers)
        answer = connection.getresponse()
        answer.read()
        connection.close()
        return answer.status
    connection.close()
    return 0


@pytest.fixture
def port(tmp_path: Path) -> Iterator[int]:
    """The port at which four workers serve the notebook; what they share is in a file."""
    app = make_app(str(tmp_path), **SETTINGS)
    fill(app)
    with app.app_context():
        db.engine.dispose()
    chosen = find_port()
    program = f"from notebook import make_app\napp = make_app({str(tmp_path)!r}, **{SETTINGS!r})\n"
    (tmp_path / "served.py").write_text(program)
    words = ["-m", "gunicorn", "--workers", "4", "--bind", f"{HOST}:{chosen}"]
    path = os.pathsep.join([str(HERE), *filter(None, sys.path)])
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words, "--no-control-socket", "served:app"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": path},
            stdout=log,
            stderr=log,
        )
    try:
        end = time.monotonic() + 60
        while not ask(chosen, "GET", "/healthz", {}):
            assert time.monotonic() < end, (tmp_path / "log").read_text()
            time.sleep(0.1)
        yield chosen
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def test_rate_holds(port: int) -> None:
    """Of forty calls at the same time twenty are answered."""
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: ask(port, "GET", "/api/me", bearer("bob")), range(40)))
    assert sorted(codes) == [200] * 20 + [429] * 20


def test_key_holds(port: int, tmp_path: Path) -> None:
    """Eight equal requests at the same time make one note."""
    headers = bearer("ann") | JSON | {"Idempotency-Key": "k-1"}
    body = json.dumps({"owner": "ann", "title": "once"})
    with ThreadPoolExecutor(8) as pool:
        codes = list(pool.map(lambda _: ask(port, "POST", "/api/notes", headers, body), range(8)))
    assert set(codes) <= {201, 409}
    assert 201 in codes
    with closing(sqlite3.connect(tmp_path / "app.db")) as connection:
        made = connection.execute("select count(*) from note where title = 'once'").fetchall()
    assert made == [(1,)]
