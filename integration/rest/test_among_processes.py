"""What is counted and what was done is one and the same for all workers."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask

from databases import close_engines
from services import find_url
from stack_testing.crowd import Crowd

from .conftest import bearer
from .notebook import Note, db, fill, make_app

HERE = Path(__file__).parent
WORKERS = 4
PROGRAM = """
import sys
sys.path[:] = {path!r}
from notebook import make_app
from stack_core.keep import get_keep

app = make_app({folder!r}, SQLALCHEMY_DATABASE_URI="sqlite:///app.db", **{config!r})
client = app.test_client()
keep = get_keep(app)

def get(headers):
    return client.get("/api/news", headers=headers).status_code

def post(headers):
    return client.post("/api/notes", json={{"owner": "ann", "title": "x"}}, headers=headers)
"""


@pytest.fixture(
    scope="module",
    params=["db", pytest.param("redis", marks=pytest.mark.services)],
    ids=["db", "redis"],
)
def keep(request: pytest.FixtureRequest) -> Iterator[str]:
    """Where the workers keep what they share."""
    if request.param == "db":
        yield "db"
        return
    from redis import Redis

    prefix = f"stack-test-{uuid4().hex}"
    yield f"{find_url('Redis')}?prefix={prefix}"
    with Redis.from_url(find_url("Redis")) as client:
        for name in client.scan_iter(f"{prefix}:*"):
            client.delete(name)


@pytest.fixture(scope="module")
def workers(keep: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Flask, Crowd]]:
    """The notebook, and four processes that serve it too."""
    folder = str(tmp_path_factory.mktemp("notebook"))
    config = {"STACK_KEEP": keep, "REST_RATE": "10/hour"}
    app = make_app(folder, SQLALCHEMY_DATABASE_URI="sqlite:///app.db", **config)
    fill(app)
    crowd = Crowd(
        PROGRAM.format(path=[str(HERE), *sys.path], folder=folder, config=config), WORKERS
    )
    yield app, crowd
    crowd.close()
    close_engines(app)


def test_rate_holds_among_workers(workers: tuple[Flask, Crowd]) -> None:
    """Ten calls an hour are ten, whichever worker answers, for Bob and for an address."""
    _, crowd = workers
    for headers in (bearer("bob"), {}):
        asked = crowd.ask(f"[get({headers!r}) for _ in range(5)]")
        codes = [code for each in asked for code in each]
        assert sorted(codes) == [200] * 10 + [429] * 10


def test_key_holds_among_workers(workers: tuple[Flask, Crowd]) -> None:
    """The same request at four workers is made by one, and answered alike by all of them."""
    app, crowd = workers
    headers = bearer("ann") | {"Idempotency-Key": "k-1"}
    first = crowd.ask(f"post({headers!r}).status_code")
    assert set(first) <= {201, 409}
    assert 201 in first
    again = crowd.ask(f"(lambda a: [a.status_code, a.text])(post({headers!r}))")
    assert [code for code, _ in again] == [201] * WORKERS
    assert len({text for _, text in again}) == 1
    with app.app_context():
        assert db.session.query(Note).count() == 3
