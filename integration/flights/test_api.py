"""The interface of the flights, held against plain SQL and against its own document."""

from __future__ import annotations

import csv
import io
import sqlite3
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from stack_rest import Rest
from stack_rest.document.check import check_document

# The fixture: each answer under the prefix is held against the document.
from stack_rest.testing import api as api

pytestmark = pytest.mark.xdist_group("flights")

ORDERED = "SELECT id FROM flight WHERE {} ORDER BY departs_at, id"
FROM_FLIGHTS = "airline ON airline.code = carrier JOIN plane ON plane.tailnum = flight.tailnum"


def get(api: FlaskClient, path: str, **query: Any) -> Any:
    """Return what is at an address."""
    answer = api.get(f"/api{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return answer.json


def ids(page: Any) -> list[int]:
    """The ids of the flights on a page."""
    return [item["id"] for item in page["items"]]


def column(read: sqlite3.Cursor, statement: str) -> list[Any]:
    """The first column of what plain SQL finds."""
    return [row[0] for row in read.execute(statement)]


def test_document_is_what_is_served(app: Flask) -> None:
    """Nothing is missing in it, nothing is too much, and no schema is wrong."""
    assert list(check_document(app, Rest.of(app))) == []


def test_flight_says_what_its_row_does(api: FlaskClient, read: sqlite3.Cursor) -> None:
    """Columns have their names, and a relation is the key that it leads to."""
    names = "id, day, carrier, number, origin, destination, tailnum, departure_delay, distance"
    row = read.execute(f"SELECT {names} FROM flight WHERE id = 7").fetchone()
    item = get(api, "/flights/7")
    keys = ("id", "day", "airline", "number", "departure", "arrival", "plane", "departure_delay")
    assert tuple(item[key] for key in (*keys, "distance")) == row
    assert item["departs_at"].endswith("Z")


@pytest.mark.parametrize("limit", [700, 1000])
def test_walk_meets_every_flight_once(api: FlaskClient, read: sqlite3.Cursor, limit: int) -> None:
    """Cursors lead through all of the list in order of departure, and end."""
    met: list[int] = []
    page: Any = {"next": ""}
    while page["next"] is not None:
        query = {"cursor": page["next"]} if page["next"] else {}
        page = get(api, "/flights", limit=limit, fields="id", **query)
        met += ids(page)
    assert met == column(read, ORDERED.format("1"))


@pytest.mark.parametrize(
    ("query", "condition"),
    [
        ({"airline": "UA", "departure": "EWR"}, "carrier = 'UA' AND origin = 'EWR'"),
        ({"day[ge]": "2013-07-01", "day[lt]": "2013-08-01"}, "day LIKE '2013-07-%'"),
        ({"airline.name[starts]": "jetblue"}, "carrier = 'B6'"),
        (
            {"arrival.zone": "America/Los_Angeles"},
            "destination IN (SELECT code FROM airport WHERE zone = 'America/Los_Angeles')",
        ),
        (
            {"arrival.name[null]": "true"},
            "destination IN (SELECT code FROM airport WHERE name IS NULL)",
        ),
        (
            {"plane.seats[gt]": "200", "plane.manufacturer": "BOEING"},
            "tailnum IN (SELECT tailnum FROM plane WHERE seats > 200 AND manufacturer = 'BOEING')",
        ),
        ({"departure_delay[null]": "true"}, "departure_delay IS NULL"),
        ({"search": "n725"}, "title LIKE '%N725%'"),
        ({"search": "jfk lax"}, "title LIKE '%JFK%' AND title LIKE '%LAX%'"),
    ],
)
def test_filter_chooses(
    api: FlaskClient, read: sqlite3.Cursor, query: dict[str, str], condition: str
) -> None:
    """A parameter is a field, or a path through relations, with how it is compared."""
    expected = column(read, ORDERED.format(condition))
    page = get(api, "/flights", limit=1000, total="exact", **query)
    assert expected
    assert ids(page) == expected[:1000]
    assert page["total"] == {"count": len(expected), "how": "exact"}


def test_list_is_sorted_through_a_relation(api: FlaskClient, read: sqlite3.Cursor) -> None:
    """The worst of the last airline comes first."""
    names = column(read, f"SELECT airline.name FROM flight JOIN {FROM_FLIGHTS} ORDER BY 1 DESC")
    page = get(api, "/flights", sort="-airline.name,-arrival_delay", include="airline", limit=1)
    assert page["items"][0]["included"]["airline"]["name"] == names[0]


def test_relations_are_included(api: FlaskClient) -> None:
    """What an item leads to stands beside it, as its own address has it."""
    item = get(api, "/flights/7", include="airline,plane,departure,arrival")
    kinds = {"airline": "airlines", "plane": "planes", "departure": "airports"}
    for name, path in {**kinds, "arrival": "airports"}.items():
        assert item["included"][name] == get(api, f"/{path}/{item[name]}")


@pytest.mark.parametrize(
    ("path", "condition"),
    [
        ("/airlines/B6/flights", "carrier = 'B6'"),
        ("/airports/JFK/departures", "origin = 'JFK'"),
        ("/airports/LAX/arrivals", "destination = 'LAX'"),
        ("/planes/N725MQ/flights", "tailnum = 'N725MQ'"),
    ],
)
def test_each_end_has_its_flights(
    api: FlaskClient, read: sqlite3.Cursor, path: str, condition: str
) -> None:
    """A relation's other side is a list below its item, with the same filters."""
    expected = column(read, ORDERED.format(condition))
    assert expected
    assert ids(get(api, path, limit=1000)) == expected[:1000]
    found = get(api, path, limit=1, total="exact", **{"departure_delay[null]": "false"})
    flown = column(read, ORDERED.format(f"{condition} AND departure_delay IS NOT NULL"))
    assert found["total"]["count"] == len(flown)


def test_list_is_a_table(api: FlaskClient, read: sqlite3.Cursor) -> None:
    """As CSV the list has all of its rows at once, with the fields that were asked for."""
    answer = api.get("/api/flights?airline=HA&fields=id,plane,arrival_delay&format=csv")
    assert answer.mimetype == "text/csv"
    rows = list(csv.reader(io.StringIO(answer.text)))
    found = read.execute(
        "SELECT id, tailnum, arrival_delay FROM flight WHERE carrier = 'HA'"
        " ORDER BY departs_at, id"
    )
    assert rows[0] == ["id", "plane", "arrival_delay"]
    assert rows[1:] == [["" if cell is None else str(cell) for cell in row] for row in found]
    assert len(rows) > 2


@pytest.mark.parametrize(
    ("by", "group"),
    [
        ("month", "strftime('%Y-%m-01', day)"),
        ("airline", "carrier"),
        ("departure", "origin"),
        ("arrival", "destination"),
    ],
)
@pytest.mark.parametrize("airline", ["", "EV"])
def test_delays_are_counted(
    api: FlaskClient, read: sqlite3.Cursor, by: str, group: str, airline: str
) -> None:
    """The report has, for each group, what SQL counts."""
    condition = f"carrier = '{airline}'" if airline else "1"
    expected = read.execute(
        f"SELECT {group}, count(*), count(*) - count(departure_delay), avg(arrival_delay),"
        f" max(arrival_delay) FROM flight WHERE {condition} GROUP BY 1 ORDER BY 1"
    ).fetchall()
    found = get(api, "/reports/delays", by=by, **({"airline": airline} if airline else {}))
    assert [list(each.values()) for each in found] == [
        [name, count, lost, None if mean is None else pytest.approx(mean, abs=0.051), worst]
        for name, count, lost, mean, worst in expected
    ]


@pytest.mark.parametrize(
    "path",
    [
        *("/flights?month=1", "/flights?airline.nam=x", "/flights?sort=colour", "/flights/0/x"),
        *("/flights?include=crew", "/reports/delays?by=week", "/reports/delays?airline=ua'--"),
        *("/flights/999999", "/airlines/ZZ/flights", "/planes/N14228/pilots"),
    ],
)
def test_unfit_question_is_a_problem(client: FlaskClient, path: str) -> None:
    """Programs get no page, and 400 or 404."""
    answer = client.get(f"/api{path}")
    assert answer.status_code in (400, 404)
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("path", ["/flights", "/airlines/UA/flights", "/planes/N14228"])
@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_nothing_is_written(client: FlaskClient, method: str, path: str) -> None:
    """The data is to be read; no address takes any other."""
    assert client.open(f"/api{path}", method=method, json={}).status_code == 405


def test_pages_lead_to_the_interface(client: FlaskClient) -> None:
    """Whoever looks at the list finds the way to its interface."""
    assert 'href="/api/docs"' in client.get("/flights/").text
    assert client.get("/api/docs").status_code == 200
