"""What belongs to somebody else is not there: not read, found, counted, reached or written."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from .conftest import bearer
from .notebook import ANN, WRITER, Note, db

WHOLE = {"owner": "ann", "title": "new", "remark": None, "folder": None}


@pytest.fixture
def app(start: Any) -> Flask:
    """The notebook, where both may write."""
    made: Flask = start(ANN, WRITER)
    return made


@pytest.fixture
def ask(app: Flask) -> Any:
    """Send something as Ann: Bob's note and folder are 2."""

    def send(method: str, path: str, **more: Any) -> Any:
        headers = bearer("ann") | more.pop("headers", {})
        return app.test_client().open(f"/api{path}", method=method, headers=headers, **more)

    return send


def titles(app: Flask) -> list[tuple[str, str, int | None]]:
    with app.app_context():
        rows = db.session.query(Note).order_by(Note.id)
        return [(row.owner, row.title, row.folder_id) for row in rows]


@pytest.mark.parametrize(
    ("method", "body"),
    [
        ("GET", None),
        ("HEAD", None),
        ("PUT", WHOLE),
        ("PATCH", {"title": "new"}),
        ("PATCH", {"owner": "ann"}),
        ("DELETE", None),
    ],
)
def test_row_of_another_is_not_there(app: Flask, ask: Any, method: str, body: Any) -> None:
    """It is answered like one that there never was, whoever guesses its key, and stays."""
    before = titles(app)
    headers = {"If-Match": "*"}
    answers = [ask(method, f"/notes/{key}", json=body, headers=headers) for key in (2, 999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    if method != "HEAD":
        told = [answer.get_json() | {"request_id": ""} for answer in answers]
        assert told[0] == told[1]
    assert titles(app) == before


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?id=2",
        "?id[in]=1,2",
        "?owner=bob",
        "?title=bob%27s%20title",
        "?title[contains]=bob",
        "?folder=2",
        "?folder.name=of%20bob",
        "?folder.name[contains]=bob",
        "?sort=-id",
        "?sort=folder.name",
        "?total=exact",
        "?format=jsonl",
        "?format=csv",
    ],
)
def test_no_list_has_rows_of_another(ask: Any, query: str) -> None:
    """Whatever is asked for, Bob's words are not in it."""
    answer = ask("GET", f"/notes{query}")
    assert answer.status_code in (200, 400)
    assert "bob" not in answer.text


def test_total_counts_own_rows(ask: Any) -> None:
    """A total tells nothing of others."""
    answer = ask("GET", "/notes?total=exact")
    assert answer.get_json()["total"]["count"] == 1


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/folders/1/notes", {"owner": "bob", "title": "new"}),
        ("POST", "/notes", WHOLE | {"owner": "bob"}),
        ("PUT", "/notes/1", WHOLE | {"owner": "bob"}),
        ("PATCH", "/notes/1", {"owner": "bob"}),
    ],
)
def test_no_write_leaves_the_scope(
    app: Flask, ask: Any, method: str, path: str, body: dict[str, Any]
) -> None:
    """Nobody makes a row somebody else's, and what was refused has left nothing."""
    before = titles(app)
    answer = ask(method, path, json=body, headers={"If-Match": "*"})
    assert answer.status_code == 403
    assert titles(app) == before


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [("POST", "/notes", WHOLE), ("PUT", "/notes/1", WHOLE), ("PATCH", "/notes/1", {})],
)
def test_no_relation_leads_out_of_the_scope(
    app: Flask, ask: Any, method: str, path: str, body: dict[str, Any]
) -> None:
    """Another's folder and one that there is not are refused in the same words."""
    before, told = titles(app), []
    for folder in (2, 999):
        answer = ask(method, path, json={**body, "folder": folder}, headers={"If-Match": "*"})
        assert answer.status_code == 422
        told.append(answer.get_json()["errors"])
    assert told[0] == told[1]
    assert titles(app) == before


@pytest.mark.parametrize("mode", ["all", "each"])
@pytest.mark.parametrize(
    ("write", "code"),
    [
        ({"act": "update", "key": "2", "values": {"title": "new"}, "match": "*"}, 404),
        ({"act": "delete", "key": "2", "match": "*"}, 404),
        ({"act": "create", "values": {"owner": "bob", "title": "new"}}, 403),
        ({"act": "update", "key": "1", "values": {"owner": "bob"}, "match": "*"}, 403),
        ({"act": "create", "values": {"owner": "ann", "title": "new", "folder": 2}}, 422),
    ],
)
def test_many_writes_reach_no_further(
    app: Flask, ask: Any, mode: str, write: dict[str, Any], code: int
) -> None:
    """One of many writes is refused as if it had come alone; of all, it takes the others along."""
    before = titles(app)
    good = {"act": "create", "values": {"owner": "ann", "title": "good"}}
    answer = ask("POST", "/notes/bulk", json={"writes": [good, write], "mode": mode})
    assert answer.status_code == (409 if mode == "all" else 200)
    results = answer.get_json()["results"]
    assert [each["status"] for each in results] == [424 if mode == "all" else 201, code]
    assert titles(app) == before + ([] if mode == "all" else [("ann", "good", None)])


@pytest.mark.parametrize(
    "path",
    [
        "/folders",
        "/folders?include=notes",
        "/folders/1?include=notes",
        "/folders?fields=notes",
        "/folders/1/notes?include=folder",
        "/folders?notes.title[starts]=bob",
        "/notes?include=folder",
    ],
)
def test_to_many_relation_leads_to_own_rows(app: Flask, ask: Any, path: str) -> None:
    """Bob's note in Ann's folder, and Ann's in Bob's, show nothing of Bob's."""
    with app.app_context():
        db.session.get_one(Note, 1).folder_id, db.session.get_one(Note, 2).folder_id = 2, 1
        db.session.commit()
    answer = ask("GET", path)
    assert answer.status_code == 200
    assert "bob" not in answer.text
    assert '"notes":[2' not in answer.text
    assert '"folder":2' not in answer.text


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nothing_is_below_anothers_row(app: Flask, ask: Any, method: str) -> None:
    """Lists below a folder of Bob's are not there, nor is anything put into it."""
    before = titles(app)
    body = {"owner": "ann", "title": "new"} if method == "POST" else None
    assert ask(method, "/folders/2/notes", json=body).status_code == 404
    assert titles(app) == before


def test_row_that_leads_to_another_hides_it(app: Flask, ask: Any) -> None:
    """A note of Ann's in Bob's folder shows no folder, included or not."""
    with app.app_context():
        db.session.get_one(Note, 1).folder_id = 2
        db.session.commit()
    item = ask("GET", "/notes/1").get_json()
    assert item["folder"] is None
    included = ask("GET", "/notes?include=folder").get_json()["items"][0]
    assert included["included"] == {"folder": None}


@pytest.mark.parametrize("name", ["id", "version", "is_admin", "folder_id", "__class__", "key"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "PUT"])
def test_field_that_is_not_written_is_refused(
    app: Flask, ask: Any, method: str, name: str
) -> None:
    """What nobody may set is named as an error, and never set."""
    before = titles(app)
    path = "/notes" if method == "POST" else "/notes/1"
    answer = ask(method, path, json={**WHOLE, name: 7}, headers={"If-Match": "*"})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.get_json()["errors"]] == [f"/{name}"]
    assert titles(app) == before
