"""The flights on the two database servers."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Create = Callable[[str], Flask]

pytestmark = [pytest.mark.services, pytest.mark.xdist_group("flights")]


def walk(client: FlaskClient) -> list[int]:
    """The ids of the flights as the interface lists them."""
    met: list[int] = []
    cursor: str | None = ""
    while cursor is not None:
        query = {"limit": 70, "fields": "id"} | ({"cursor": cursor} if cursor else {})
        page = client.get("/api/flights", query_string=query).json
        met += [item["id"] for item in page["items"]]
        cursor = page["next"]
    return met


def test_flights_are_the_same_on_a_server(
    run: Run, create: Create, address: str, archive: Path
) -> None:
    """Revision, load, pages and interface hold on every database, and the lists have one order."""
    load = ["flights", "load", "--archive", archive, "--limit", "300"]
    for words in (["db", "upgrade"], ["db", "check"], load):
        done = run(address, *words)
        assert done.returncode == 0, done.stdout + done.stderr
    app = create(address)
    client = app.test_client()
    met: list[str] = []
    path = "/flights/"
    while path:
        page = client.get(path).text
        met += re.findall(r'<th scope="row"><a href="/flights/(\d+)"', page)
        found = re.search(r'<a href="([^"]+)" rel="next"', page)
        path = found[1] if found else ""
    assert len(met) == len(set(met)) == 300
    for path in ("?last=1", "?carrier=UA&month=7", met[0], "airlines", "airports"):
        assert client.get(f"/flights/{path}").status_code == 200
    assert walk(client) == [int(id) for id in met]
    found = client.get("/api/flights?airline.name[starts]=united&include=arrival&limit=1").json
    assert found["items"][0]["airline"] == "UA"
    for by in ("month", "airline"):
        groups = client.get(f"/api/reports/delays?by={by}").json
        assert sum(each["flights"] for each in groups) == 300
        assert {type(each["mean_arrival_delay"]) for each in groups} <= {float, type(None)}
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
