"""Deleting: what goes, what must stay, and what is only marked."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def test_delete(api: Any) -> None:
    """A delete is 204 without a body; a second one finds nothing."""
    answer = api.delete("/books/3")
    assert (answer.status_code, answer.data) == (204, b"")
    assert "Content-Type" not in answer.headers
    assert api.get("/books/3").status_code == 404
    assert api.delete("/books/3").status_code == 404


def test_delete_with_a_body(api: Any) -> None:
    """A body of a delete says nothing, whatever it is."""
    assert api.delete("/books/3", data=b"{", content_type="text/plain").status_code == 204


def test_delete_of_what_is_needed(api: Any) -> None:
    """What other rows need stays: 409 without a word of SQL."""
    answer = api.delete("/authors/1", match=None)
    assert answer.status_code == 409
    assert "'book'" in answer.json["detail"]
    assert api.get("/authors/1").status_code == 200


def test_delete_of_a_row_with_its_parts(api: Any) -> None:
    """What belongs to a row goes with it, as its model says."""
    api.delete("/loans/1", match=None)
    assert api.delete("/books/1").status_code == 204
    assert api.items("/copies") == []
    assert len(api.items("/tags")) == 2


def test_marked_rows_are_gone(api: Any, lib: Any) -> None:
    """A row that is marked as deleted is found nowhere, and its unique value is free."""
    first = api.post("/notes", {"slug": "a"}).json
    assert api.delete("/notes/1", match=None).status_code == 204
    for call in (
        lambda: api.get("/notes/1"),
        lambda: api.patch("/notes/1", {"slug": "b"}, match=None),
        lambda: api.put("/notes/1", {"slug": "b"}, match=None),
        lambda: api.delete("/notes/1", match=None),
    ):
        assert call().status_code == 404
    assert api.items("/notes") == []
    assert api.items("/notes?slug=a") == []
    assert api.items("/notes?id=1") == []
    assert api.get("/notes?total=exact").json["total"]["count"] == 0
    assert api.get("/notes?format=jsonl").data == b""
    bulk = {"writes": [{"act": "update", "key": "1", "values": {"slug": "b"}}]}
    assert api.post("/notes/bulk", bulk).json["results"][0]["status"] == 404
    again = api.post("/notes", {"slug": "a"})
    assert again.status_code == 201
    assert again.json["id"] != first["id"]
    assert api.post("/notes", {"slug": "a"}).status_code == 409


def test_marked_rows_are_behind_nothing(serve: Callable[..., Any], lib: Any) -> None:
    """What is marked is in no list below, beside or of keys, and matches nothing."""

    def declare(rest: Any) -> None:
        rest.resource(
            lib.Talk,
            public=("*",),
            fields=("id", "name", "replies"),
            sub=("replies",),
            include=("replies",),
            filters=("replies.text",),
        )
        rest.resource(
            lib.Reply,
            public=("*",),
            include=("talk", "to", "answers"),
            sub=("answers",),
            filters=("talk.name",),
        )

    api = serve(declare)
    api.post("/talks", {"name": "t"})
    for to in (None, 1, 2):
        api.post("/talks/1/replies", {"text": f"after {to}", "to": to})
    api.delete("/replies/2")
    talk = api.get("/talks/1?include=replies").json
    assert talk["replies"] == [1, 3]
    assert [each["id"] for each in talk["included"]["replies"]] == [1, 3]
    assert [each["id"] for each in api.items("/talks/1/replies")] == [1, 3]
    assert api.items("/talks?replies.text=after 1") == []
    assert api.get("/replies/3?include=to").json["included"] == {"to": None}
    assert api.get("/replies/1?include=answers").json["included"] == {"answers": []}
    assert api.get("/replies/2/answers").status_code == 404
    assert api.patch("/replies/1", {"to": 2}).status_code == 422
    etag = api.get("/replies/1").headers["ETag"]
    assert api.delete("/talks/1", match=None).status_code == 204
    shown = api.get("/replies/1", headers={"If-None-Match": etag})
    assert (shown.status_code, shown.json["talk"]) == (200, None)
    assert api.items("/replies?talk=1") == []
    assert api.items("/replies?talk.name=t") == []
    assert api.post("/talks/1/replies", {"text": "x"}).status_code == 404
    assert api.post("/replies", {"text": "x", "talk": 1}).status_code == 422
    assert api.post("/talks", {"name": "t"}).status_code == 201


def test_deleted_at_is_not_written(api: Any) -> None:
    """T29: nobody deletes, or undeletes, by a value."""
    api.post("/notes", {"slug": "a"})
    for value in (None, "2026-01-01T00:00:00Z"):
        answer = api.patch("/notes/1", {"deleted_at": value}, match=None)
        assert answer.status_code == 422
    assert api.post("/notes", {"slug": "b", "deleted_at": None}).status_code == 422


def test_delete_by_whoever_may_only_read(serve: Callable[..., Any], lib: Any) -> None:
    """S56: who may read a row and not delete it is refused as such."""
    api = serve(
        lambda rest: rest.resource(lib.Team),
        lib.Person(name="reader", may=frozenset({"team.read"})),
    )
    api.add(lib.Team(name="Red"))
    assert api.delete("/teams/1", person="reader").status_code == 403
    assert api.delete("/teams/9", person="reader").status_code == 403
    assert api.delete("/teams/1").status_code == 401
