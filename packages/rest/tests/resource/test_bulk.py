"""Many writes in one request."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

NEW = {"act": "create", "values": {"title": "New", "author": 1}}
BAD = {"act": "create", "values": {"title": None, "author": 1}}


def update(key: str, match: str | None = "*", **values: Any) -> dict[str, Any]:
    return {**delete(key, match), "act": "update", "values": values}


def delete(key: str, match: str | None = "*") -> dict[str, Any]:
    found = {"act": "delete", "key": key, "match": match}
    return {name: value for name, value in found.items() if value is not None}


def test_bulk(api: Any) -> None:
    """Each write is answered in its place as if it had come alone."""
    answer = api.post("/books/bulk", {"writes": [NEW, update("1", title="B"), delete("2")]})
    assert answer.status_code == 200
    assert answer.json == {
        "results": [
            {"status": 201, "key": "4", "version": 1},
            {"status": 200, "key": "1", "version": 2},
            {"status": 204},
        ]
    }
    assert [item["title"] for item in api.items("/books?sort=id")] == ["B", "Cats", "New"]


@pytest.mark.parametrize(
    ("write", "status"),
    [
        (BAD, 422),
        ({"act": "create", "values": {"title": "x", "author": 1, "isbn": "i-1"}}, 409),
        ({"act": "create", "values": {}}, 422),
        (update("99", title="x"), 404),
        (update("01", title="x"), 404),
        (update("1\0", title="x"), 404),
        (update("1", nope=1), 422),
        (update("1", None, title="x"), 428),
        (update("1", "garbage", title="x"), 412),
        (update("1", '""', title="x"), 412),
        (update("1", "", title="x"), 412),
        (update("1", '"7-x"', title="x"), 412),
        (update("1", 'W/"1-x"', title="x"), 412),
        (update("1", extra={"q": [[]] * 3, "a": {"b": None}}, isbn="x"), 422),
        (delete("99"), 404),
        (delete("1", '"7"'), 412),
        (delete("1", None), 428),
    ],
    ids=lambda value: str(value)[:50],
)
def test_refused_write(api: Any, write: Any, status: int) -> None:
    """Mode 'all' makes nothing where one is refused; 'each' makes the others. Both say which."""
    writes = [update("3", title="C"), write, NEW]
    if write.get("key") == "1\0":
        answer = api.post("/books/bulk", {"writes": writes})
        assert answer.status_code == 400  # no JSON of ours has a NUL
        return
    answer = api.post("/books/bulk", {"writes": writes})
    assert answer.status_code == 409
    assert [each["status"] for each in answer.json["results"]] == [424, status, 424]
    assert answer.json["results"][1]["problem"]["status"] == status
    assert [item["title"] for item in api.items("/books?sort=id")] == ["Axes", "Boats", "Cats"]
    answer = api.post("/books/bulk", {"writes": writes, "mode": "each"})
    assert answer.status_code == 200
    assert [each["status"] for each in answer.json["results"]] == [200, status, 201]
    assert [item["title"] for item in api.items("/books?sort=id")] == [
        "Axes", "Boats", "C", "New",
    ]  # fmt: skip


def test_match_of_a_write(api: Any) -> None:
    """A write takes the tag that was read, its version alone, several tags, or '*'."""
    etag = api.get("/books/1").headers["ETag"]
    for match in (etag, '"2"', "3", '"x", "4-y"', "*"):
        answer = api.post("/books/bulk", {"writes": [update("1", match, title=match)]})
        assert answer.status_code == 200, answer.text


def test_writes_see_each_other(api: Any) -> None:
    """The writes of one request are made one after the other."""
    writes = [NEW, update("4", "1", title="Newer"), update("4", "2", title="Newest"), delete("4")]
    answer = api.post("/books/bulk", {"writes": writes})
    assert [each["status"] for each in answer.json["results"]] == [201, 200, 200, 204]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"{}",
        b'{"writes":[]}',
        b'{"writes":{}}',
        b'{"writes":[1]}',
        b'{"writes":[{}]}',
        b'{"writes":[{"act":"read"}]}',
        b'{"writes":[{"act":"create"}]}',
        b'{"writes":[{"act":"create","values":[]}]}',
        b'{"writes":[{"act":"create","values":{},"key":"1"}]}',
        b'{"writes":[{"act":"update","key":1,"values":{}}]}',
        b'{"writes":[{"act":"delete","key":"1","values":{}}]}',
        b'{"writes":[{"act":"delete"}]}',
        b'{"writes":[{"act":"delete","key":"1","match":5}]}',
        b'{"writes":[{"act":"delete","key":"1"}],"mode":"some"}',
        b'{"writes":[{"act":"delete","key":"1"}],"more":1}',
        b'{"writes":[{"act":"create","act":"delete","key":"1"}]}',
        b'{"writes":[{"act":"create","values":{"a":1,"a":2}}]}',
        b'{"writes":[' + b'{"act":"delete","key":"9"},' * 1000 + b'{"act":"delete","key":"9"}]}',
        b'{"writes":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
    ],
    ids=lambda body: repr(body)[:60],
)
def test_body_of_no_writes(api: Any, body: bytes) -> None:
    """T44: a body that is no list of writes is refused, with the place where that is known."""
    answer = api.call("POST", "/books/bulk", data=body, content_type="application/json")
    assert answer.status_code in (400, 422)
    assert len(api.items("/books")) == 3


def test_place_of_what_is_wrong(api: Any) -> None:
    """All that is wrong with the form of the writes is named by its place, as in any body."""
    writes = [NEW, {"act": "delete", "key": 5}, {"act": "drop"}, {"act": "create", "value": {}}]
    errors = api.post("/books/bulk", {"writes": writes, "mode": "most"}).json["errors"]
    assert [(each["pointer"], each["detail"]) for each in errors] == [
        ("/writes/1/key", "This is not text."),
        ("/writes/2/act", "This is none of the values to choose from."),
        ("/writes/3/values", "This is needed."),
        ("/writes/3/value", "There is no such field here."),
        ("/mode", "This is none of the values to choose from."),
    ]


def test_bulk_of_what_has_no_version(api: Any) -> None:
    """Without versions a write needs no match, and tells none."""
    answer = api.post("/teams/bulk", {"writes": [update("1", None, name="X"), delete("9", None)]})
    assert answer.status_code == 409
    answer = api.post("/teams/bulk", {"writes": [update("1", None, name="X")]})
    assert answer.json == {"results": [{"status": 200, "key": "1"}]}
    answer = api.post("/teams/bulk", {"writes": [update("1", '"1"', name="Y")]})
    assert answer.json["results"][0]["status"] == 412


def test_bulk_may_what_single_writes_may(serve: Callable[..., Any], lib: Any) -> None:
    """T28: an act whose method a resource has not is not done by the many either."""
    api = serve(
        lambda rest: (
            rest.resource(lib.Tag, public=("tag.*",), methods=("list", "create", "patch", "bulk")),
            rest.resource(lib.Team, public=("team.*",), methods=("bulk",)),
        )
    )
    api.add(lib.Tag(word="a"), lib.Team(name="a"))
    answer = api.post("/tags/bulk", {"writes": [delete("a", None)], "mode": "each"})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/writes/0/act"
    assert api.post("/tags/bulk", {"writes": [update("a", None, weight=1)]}).status_code == 200
    assert api.post("/teams/bulk", {"writes": [delete("1", None)]}).status_code == 200


def test_bulk_by_several_rights(serve: Callable[..., Any], lib: Any) -> None:
    """Each write needs its own permission; who has none of those that are needed is refused."""
    api = serve(
        lambda rest: rest.resource(lib.Team),
        lib.Person(name="maker", may=frozenset({"team.create", "team.read"})),
    )
    api.add(lib.Team(name="a"))
    create = {"act": "create", "values": {"name": "b"}}
    body = {"writes": [create, delete("1", None)], "mode": "each"}
    answer = api.post("/teams/bulk", body, person="maker")
    assert [each["status"] for each in answer.json["results"]] == [201, 403]
    body = {"writes": [delete("1", None)], "mode": "each"}
    assert api.post("/teams/bulk", body, person="maker").status_code == 403
    assert api.post("/teams/bulk", body).status_code == 401


def test_bulk_of_documents(api: Any) -> None:
    """An update among many merges documents as a single one does."""
    answer = api.post("/books/bulk", {"writes": [update("1", extra={"a": None, "z": 1})]})
    assert answer.status_code == 200
    assert api.get("/books/1").json["extra"] == {"b": {"c": 2}, "z": 1}


@pytest.mark.parametrize(
    "act", ["x - at `$.²", "x - at `$.writes[" + "9" * 5000 + "]`", "x" * 100_000, "` - at `$"]
)
def test_text_of_a_write_is_no_place(api: Any, act: str) -> None:
    """T50: what the client has written into an error of the decoder is neither place nor echo."""
    answer = api.post("/books/bulk", {"writes": [{"act": act}]})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/writes/0/act"
    assert len(answer.data) < 1000
