"""The pages of the flights, asked for sensibly and not."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from urllib.parse import quote

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

pytestmark = pytest.mark.xdist_group("flights")

HOSTILE = [
    *("-1", "0", "1.5", "1e-3", "abcd", "1" + "0" * 21, "9" * 5000, " 1", "1%00", "%00", "%FF%FE"),
    *("'", '"', ";", "1 OR 1=1", "<script>", "../../x", "%D9%A1", "%F0%9F%98%80", "None", "--"),
]
PARAMETERS = ["carrier", "origin", "destination", "month", "cursor", "last"]


def shown(page: str) -> list[int]:
    """The ids of the flights on a page."""
    return [int(id) for id in re.findall(r'<th scope="row"><a href="/flights/(\d+)"', page)]


def step(page: str, label: str) -> str:
    """The address behind a link of the list's navigation, or nothing."""
    found = re.search(rf'<a href="([^"]+)"[^>]*>{label}</a>', page)
    return found[1].replace("&amp;", "&") if found else ""


def after_first_page(client: FlaskClient, filters: str) -> str:
    """The cursor to the second page of a list."""
    found = re.search(r"cursor=([^&\"]+)", step(client.get(f"/flights/?{filters}").text, "Next"))
    assert found
    return found[1]


@pytest.mark.parametrize("name", PARAMETERS)
def test_hostile_value_is_refused(client: FlaskClient, name: str) -> None:
    """A value that makes no sense gets 400 or 404 and names its parameter."""
    for value in HOSTILE:
        response = client.get(f"/flights/?{name}={value}")
        assert response.status_code in (400, 404), value
        if response.status_code == 400:
            assert name in response.text


@pytest.mark.parametrize("value", HOSTILE)
def test_hostile_path_is_not_there(client: FlaskClient, value: str) -> None:
    """A flight that cannot be gets 404."""
    path = f"/flights/{quote(value, safe='%')}"
    # Other scripts' digits are digits to a route: that is flight 1.
    assert client.get(path).status_code == (200 if value == "%D9%A1" else 404)


def test_places_exclude_each_other(client: FlaskClient) -> None:
    """Nobody can be at a cursor and at the end."""
    assert client.get("/flights/?cursor=1&last=1").status_code == 400


@pytest.mark.parametrize(("start", "label"), [("", "Next"), ("?last=1", "Previous")])
def test_walk_meets_every_flight_once(
    client: FlaskClient, read: sqlite3.Cursor, start: str, label: str
) -> None:
    """Going on from part to part, forwards or backwards, shows all of the list in order."""
    met: list[int] = []
    path = f"/flights/{start}"
    while path:
        page = client.get(path).text
        part = shown(page)
        met = met + part if label == "Next" else part + met
        path = step(page, label)
    order = read.execute("SELECT id FROM flight ORDER BY departs_at, id").fetchall()
    assert met == [id for (id,) in order]


def test_ends_of_the_list_lead_nowhere(client: FlaskClient) -> None:
    """The first part has no previous one, the last no next one."""
    first, last = client.get("/flights/").text, client.get("/flights/?last=1").text
    assert (step(first, "Previous"), step(last, "Next")) == ("", "")
    assert step(first, "Last")
    assert step(last, "First")


@pytest.mark.parametrize("part", ["", "&last=1", "&cursor="])
@pytest.mark.parametrize("filters", ["", "carrier=UA", "month=7", "origin=JFK&destination=LAX"])
def test_part_is_found_without_sorting(
    app: Flask, client: FlaskClient, read: sqlite3.Cursor, filters: str, part: str
) -> None:
    """Wherever in the list, an index gives the rows in order: nothing is sorted or skipped."""
    statements: list[tuple[str, tuple[object, ...]]] = []

    def note(connection: object, cursor: object, statement: str, values: tuple[object, ...],
             context: object, many: bool) -> None:  # fmt: skip
        statements.append((statement, values))

    if part == "&cursor=":
        part = f"&cursor={after_first_page(client, filters)}"
    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", note)
    assert client.get(f"/flights/?{filters}{part}").status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    (listing,) = [each for each in statements if "LIMIT" in each[0]]
    assert "OFFSET" not in listing[0].replace("LIMIT ? OFFSET ?", "LIMIT ?")
    plan = " | ".join(str(row[3]) for row in read.execute(f"EXPLAIN QUERY PLAN {listing[0]}",
                                                          listing[1]))  # fmt: skip
    assert "TEMP B-TREE" not in plan
    assert "USING INDEX ix_flight" in plan


@pytest.mark.parametrize(
    ("asked", "condition"),
    [
        ("carrier=UA", "carrier = 'UA'"),
        ("carrier=ua", "carrier = 'UA'"),
        ("origin=JFK", "origin = 'JFK'"),
        ("destination=LAX", "destination = 'LAX'"),
        ("month=2", "strftime('%m', day) = '02'"),
        ("month=12", "strftime('%m', day) = '12'"),
        ("carrier=DL&origin=LGA&month=8", "carrier='DL' AND origin='LGA' AND day LIKE '2013-08%'"),
        ("carrier=ZZ", "0"),
        ("carrier=&month=", "1"),
    ],
)
def test_filter_chooses(
    client: FlaskClient, read: sqlite3.Cursor, asked: str, condition: str
) -> None:
    """The list has those flights that the filter names; months are those of the origin's clock."""
    order = f"SELECT id FROM flight WHERE {condition} ORDER BY departs_at, id"
    expected = [id for (id,) in read.execute(order)]
    page = client.get(f"/flights/?{asked}").text
    assert f"{len(expected):,} flight" in page
    assert shown(page) == expected[:50]


@pytest.mark.parametrize(
    ("text", "condition"),
    [
        ("N1", "title LIKE '%N1%'"),
        ("ua 1545", "title LIKE '%UA%' AND title LIKE '%1545%'"),
        ("jfk lax", "title LIKE '%JFK%' AND title LIKE '%LAX%'"),
        ("100%", "0"),
        ("_", "0"),
        ("'; DROP TABLE flight; --", "0"),
        ("\u0130", "0"),
    ],
)
def test_search_finds(
    client: FlaskClient, read: sqlite3.Cursor, text: str, condition: str
) -> None:
    """A search finds the flights whose words have the text, small letters or not."""
    find = f"SELECT id FROM flight WHERE {condition} ORDER BY departs_at, id"
    expected = [id for (id,) in read.execute(find)]
    page = client.get("/flights/", query_string={"search": text})
    assert page.status_code == 200
    assert shown(page.text) == expected[:50]


@pytest.mark.parametrize("change", [lambda cursor: cursor[:-2], lambda cursor: f"x{cursor}"])
def test_changed_cursor_is_refused(client: FlaskClient, change: Callable[[str], str]) -> None:
    """A cursor that somebody changed is a 400 that says so."""
    cursor = change(after_first_page(client, ""))
    response = client.get(f"/flights/?cursor={cursor}")
    assert response.status_code == 400
    assert "cursor" in response.text


def test_flight_that_never_left_says_so(client: FlaskClient, read: sqlite3.Cursor) -> None:
    """A cancelled flight has no time of departure."""
    find = "SELECT id FROM flight WHERE departure_delay IS NULL LIMIT 1"
    (id,) = read.execute(find).fetchone()
    page = client.get(f"/flights/{id}").text
    assert "cancelled" in page
    assert "Arrival" not in page


def test_stub_is_called_one(client: FlaskClient, read: sqlite3.Cursor) -> None:
    """A page says what the source does not describe."""
    (id,) = read.execute("SELECT id FROM flight WHERE destination = 'SJU' LIMIT 1").fetchone()
    assert "does not describe it" in client.get(f"/flights/{id}").text
    assert "does not describe it" in client.get("/flights/airports").text


@pytest.mark.parametrize(
    ("path", "column"),
    [("airlines", "carrier"), ("airports", "origin"), ("airports", "destination")],
)
def test_counts_are_right(
    client: FlaskClient, read: sqlite3.Cursor, path: str, column: str
) -> None:
    """Each number is how many flights the list behind it has."""
    page = client.get(f"/flights/{path}").text
    counted = read.execute(f"SELECT {column}, count(*) FROM flight GROUP BY 1").fetchall()
    assert counted
    for code, number in counted:
        assert re.search(rf'href="/flights/\?{column}={code}"[^>]*>{number:,}</a>', page), code


@pytest.mark.parametrize("path", ["", "1", "airlines", "airports"])
def test_page_contains_no_code(client: FlaskClient, path: str) -> None:
    """Scripts and styles are files of this host, never inside a page."""
    page = client.get(f"/flights/{path}").text
    for forbidden in ("<script", "<style", " style=", " onclick=", "http://", "https://"):
        assert forbidden not in page


def test_page_costs_few_statements(app: Flask, client: FlaskClient) -> None:
    """A part of the list takes five statements, however many rows it has."""
    statements: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    with app.app_context():
        engine = app.extensions["sqlalchemy"].engine
    event.listen(engine, "before_cursor_execute", note)
    client.get("/flights/")
    event.remove(engine, "before_cursor_execute", note)
    assert len([each for each in statements if each.startswith("SELECT")]) == 5
